import { Worker } from "node:worker_threads";
import type { Mutation } from "./mutation.ts";
import type { SimulationReport } from "./simulation.ts";
import type { WorkerTask } from "./worker.ts";

export interface SeedRun {
  readonly seeds: number;
  readonly failed: readonly { readonly seed: number; readonly failures: readonly string[] }[];
  /** How often each thing has happened over all seeds. */
  readonly counts: ReadonlyMap<string, number>;
}

export interface SeedRunOptions {
  readonly first: number;
  readonly seeds: number;
  readonly threads: number;
  readonly mutation?: Mutation;
  /** Ends the run once so many seeds have failed. */
  readonly failuresMax: number;
  readonly onReport?: (report: SimulationReport, done: number) => void;
}

/** A seed that takes this long is stuck in a loop that never waits. */
const SEED_MS_MAX = 30_000;

/** What dead processes wait for never comes, and what they hold is freed late: a thread that ends frees it for certain. */
const SEEDS_PER_THREAD = 100;

/** Runs seeds side by side, each thread one at a time. */
export async function runSeeds(options: SeedRunOptions): Promise<SeedRun> {
  const { first, seeds, threads, failuresMax, onReport } = options;
  const failed: { seed: number; failures: readonly string[] }[] = [];
  const counts = new Map<string, number>();
  let next = first;
  let done = 0;
  const take = () => (next < first + seeds && failed.length < failuresMax ? next++ : undefined);
  const note = (report: SimulationReport) => {
    done++;
    for (const [name, count] of Object.entries(report.counts)) counts.set(name, (counts.get(name) ?? 0) + count);
    if (report.failures.length > 0) failed.push(report);
    onReport?.(report, done);
  };
  await Promise.all(Array.from({ length: threads }, () => runThread(options.mutation, take, note)));
  failed.sort((a, b) => a.seed - b.seed);
  return { seeds: done, failed, counts };
}

async function runThread(
  mutation: Mutation | undefined,
  take: () => number | undefined,
  note: (report: SimulationReport) => void,
): Promise<void> {
  let thread: SeedThread | undefined;
  for (let seed = take(); seed !== undefined; seed = take()) {
    thread ??= new SeedThread(mutation);
    const report = await thread.run(seed);
    note(report);
    if (!thread.broken && thread.seedsRun < SEEDS_PER_THREAD) continue;
    await thread.end();
    thread = undefined;
  }
  await thread?.end();
}

/** One worker thread, one seed at a time. */
class SeedThread {
  /** A seed never ended, or ended its thread: nothing more can run here. */
  broken = false;
  seedsRun = 0;
  readonly #worker: Worker;
  #settle: ((report: SimulationReport) => void) | undefined;
  #seed = 0;

  constructor(mutation: Mutation | undefined) {
    const workerData: WorkerTask = mutation === undefined ? {} : { mutation };
    this.#worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData });
    this.#worker.on("message", (report: SimulationReport) => this.#settle?.(report));
    this.#worker.on("error", (error) => this.#break(`the thread failed: ${String(error)}`));
    this.#worker.on("exit", (code) => this.#break(`the thread ended with ${code}`));
  }

  async run(seed: number): Promise<SimulationReport> {
    const { promise, resolve } = Promise.withResolvers<SimulationReport>();
    this.#seed = seed;
    this.seedsRun++;
    this.#settle = resolve;
    const timer = setTimeout(() => this.#break(`no end within ${SEED_MS_MAX} ms`), SEED_MS_MAX);
    this.#worker.postMessage(seed);
    const report = await promise;
    clearTimeout(timer);
    this.#settle = undefined;
    return report;
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #break(what: string): void {
    this.broken = true;
    this.#settle?.({ seed: this.#seed, failures: [what], counts: {} });
  }
}
