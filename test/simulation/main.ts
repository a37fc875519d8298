/**
 * `npm run simulate -- [--seeds N] [--from N] [--threads N]` runs worlds; `--seed N` replays one and tells its story;
 * `--keep FILE` writes each finished piece of a long run to a file, goes on where the file ends, and prints the sum of it;
 * `--mutations [--only RULE] [--seeds N]` takes each rule out in turn and looks for a seed that notices.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { dullness } from "./interest.ts";
import { longRun } from "./long-run.ts";
import type { Mutation } from "./mutation.ts";
import { MUTATIONS } from "./mutations.ts";
import { runSeeds } from "./run-seeds.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    threads: { type: "string", default: String(availableParallelism()) },
    mutations: { type: "boolean", default: false },
    only: { type: "string" },
    counts: { type: "boolean", default: false },
    keep: { type: "string" },
  },
});

const SEEDS_DEFAULT = 1_000;

/** A rule whose absence nobody notices in so many worlds is not held by the simulation. */
const MUTATION_SEEDS_DEFAULT = 1_500;

const threads = Number(values.threads);

if (values.seed !== undefined) await replay(Number(values.seed), values.only);
else if (values.mutations) await takeRulesOut(Number(values.seeds ?? MUTATION_SEEDS_DEFAULT));
else if (values.keep !== undefined)
  await runLong(values.keep, Number(values.from), Number(values.seeds ?? SEEDS_DEFAULT));
else await runMany(Number(values.from), Number(values.seeds ?? SEEDS_DEFAULT));

async function runMany(first: number, seeds: number): Promise<void> {
  const startedAt = performance.now();
  let shownAt = 0;
  const run = await runSeeds({
    first,
    seeds,
    threads,
    failuresMax: 10,
    onReport: ({ seed, failures }, done) => {
      if (failures.length > 0) tellFailure(seed, failures);
      if (performance.now() - shownAt < 5_000) return;
      shownAt = performance.now();
      process.stderr.write(`${done} of ${seeds} seeds\n`);
    },
  });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  const { user, system } = process.cpuUsage();
  const cpuSeconds = ((user + system) / 1e6).toFixed(0);
  process.stdout.write(`${run.seeds} seeds in ${seconds} s (${cpuSeconds} s of CPU), ${run.failed.length} failed.\n`);
  if (values.counts) for (const [name, count] of [...run.counts].sort()) process.stdout.write(`  ${name} ${count}\n`);
  const dull = dullness(run);
  for (const line of dull) process.stdout.write(`Not interesting enough: ${line}\n`);
  process.exitCode = run.failed.length === 0 && dull.length === 0 ? 0 : 1;
}

async function runLong(file: string, first: number, seeds: number): Promise<void> {
  const summary = await longRun({
    file,
    first,
    seeds,
    threads,
    onFailure: tellFailure,
    onChunk: (done) => process.stderr.write(`${done} of ${seeds} seeds\n`),
  });
  process.stdout.write(summary);
  process.exitCode = /^(failed:|Not interesting)/m.test(summary) ? 1 : 0;
}

async function takeRulesOut(seeds: number): Promise<void> {
  const chosen = MUTATIONS.filter(({ rule }) => values.only === undefined || rule.startsWith(values.only));
  let survivors = 0;
  for (const mutation of chosen) {
    const run = await runSeeds({ first: 1, seeds, threads, failuresMax: 1, mutation });
    const [found] = run.failed;
    if (found === undefined) survivors++;
    const verdict =
      found === undefined ? `SURVIVED ${seeds} seeds` : `seed ${found.seed}: ${firstLine(found.failures)}`;
    process.stdout.write(`${mutation.rule.padEnd(5)} ${mutation.removed}\n      ${verdict}\n`);
  }
  process.stdout.write(`${chosen.length - survivors} of ${chosen.length} rules are missed when they are gone.\n`);
  process.exitCode = survivors === 0 ? 0 : 1;
}

async function replay(seed: number, rule: string | undefined): Promise<void> {
  const mutation = MUTATIONS.find((one) => one.rule === rule);
  if (mutation !== undefined) await install(mutation);
  const { simulate } = await import("./simulation.ts");
  const { drawScenario } = await import("./scenario.ts");
  process.stdout.write(`${JSON.stringify(drawScenario(seed))}\n`);
  const { failures } = await simulate(seed, (text) => process.stdout.write(`${text}\n`));
  if (failures.length > 0) tellFailure(seed, failures);
  process.stdout.write(
    `Seed ${seed}: ${failures.length === 0 ? "nothing is wrong" : `${failures.length} failures`}.\n`,
  );
  process.exitCode = failures.length === 0 ? 0 : 1;
}

async function install(mutation: Mutation): Promise<void> {
  const { installMutation } = await import("./mutation-hook.ts");
  installMutation(mutation);
}

function tellFailure(seed: number, failures: readonly string[]): void {
  process.stdout.write(`npm run simulate -- --seed ${seed}   # ${firstLine(failures)}\n`);
  if (values.seed !== undefined) for (const failure of failures) process.stdout.write(`  ${failure}\n`);
}

function firstLine(failures: readonly string[]): string {
  return (failures[0] ?? "").split("\n")[0]?.slice(0, 300) ?? "";
}
