import type { Command } from "commander";
import type { Run } from "../../jobs/stored-job.ts";
import { reasonOf } from "../../model/errors.ts";
import type { CliContext } from "../cli-context.ts";
import { CliError } from "../cli-error.ts";
import type { CliCommand } from "../command.ts";
import { type Connection, connectionOf } from "../connection.ts";
import { jobsOfFile } from "../job-file.ts";
import { openInput } from "../open-input.ts";
import { print, table } from "../output.ts";
import { watchJob } from "../watch-job.ts";

/** What is read here of a job; all of it is printed with `--json`. */
interface Job {
  readonly name: string;
  readonly kind: string;
  readonly description: string;
  readonly enabled: boolean;
  readonly version: number;
  readonly options: object;
  readonly triggers: readonly Readonly<Record<string, unknown>>[];
  readonly lastRun?: Run;
}

type Work = (connection: Connection, command: Command, context: CliContext) => Promise<void>;

export const jobsCommand: CliCommand = {
  name: "jobs",
  add: (program, context) => {
    const jobs = program.command("jobs").description("run jobs, and see what became of their runs");
    const within = async (command: Command, work: Work) => {
      const connection = connectionOf(command, context);
      await work(connection, command, context).finally(() => connection.close());
    };
    const add = (name: string, description: string, argument: string, work: (value: string) => Work) =>
      jobs
        .command(name)
        .description(description)
        .argument(argument)
        .action((value: string, _: object, command: Command) => within(command, work(value)));
    jobs
      .command("list")
      .description("all jobs, and their last runs")
      .action((_: object, command: Command) => within(command, list));
    jobs
      .command("run")
      .description("start a run and wait for its end")
      .argument("<job>")
      .option("--detach", "return once it is queued")
      .option("--day <date>", "the day that it is about, such as 2026-11-21, instead of yesterday")
      .option("--at <time>", "when it is for, such as 2026-11-22T02:30:00Z, instead of now")
      .action((name: string, flags: RunFlags, command: Command) => within(command, run(name, flags)));
    jobs
      .command("put")
      .description("create the jobs of a file, and change those that differ from it")
      .argument("<file>", 'YAML or JSON: a configuration with jobs: in it, or jobs by name; "-" for standard input')
      .argument("[jobs...]", "only these")
      .addHelpText("after", "\nExample: lakehose jobs put lakehose.yaml daily-totals")
      .action((file: string, names: readonly string[], _: object, command: Command) =>
        within(command, put(file, names)),
      );
    add("show", "the definition of a job", "<job>", show);
    add("runs", "runs of a job, newest first", "<job>", runs);
    add("log", "what a run had to say", "<run>", log);
    add("cancel", "end a run that is queued or under way", "<run>", cancel);
    add("delete", "delete a job with its runs", "<job>", remove);
  },
};

const list: Work = async (connection, command, context) => {
  const { jobs } = (await connection.admin("GET", "/api/jobs")) as unknown as { jobs: readonly Job[] };
  print(context, command, jobs, (all) =>
    all.length === 0
      ? [
          "There are no jobs yet. Define some in the jobs: section of the configuration, or with: lakehose jobs put FILE",
        ]
      : table(
          ["job", "kind", "", "last run", "", "at"],
          all.map(({ name, kind, enabled, lastRun }) => [
            name,
            kind,
            enabled ? "" : "disabled",
            lastRun?.id ?? "",
            lastRun?.state ?? "",
            timeText(lastRun?.endedAt ?? lastRun?.startedAt ?? lastRun?.queuedAt),
          ]),
        ),
  );
};

interface RunFlags {
  readonly detach?: boolean;
  readonly day?: string;
  readonly at?: string;
}

function run(name: string, { detach = false, ...occasion }: RunFlags): Work {
  return async (connection, command, context) => {
    const path = `${pathOf(name)}/runs?${new URLSearchParams({ ...occasion })}`;
    const { id } = (await connection.admin("POST", path)) as unknown as Run;
    const read = async () => (await connection.admin("GET", runPath(id))) as unknown as Run;
    if (detach) return print(context, command, await read(), () => [`Run ${id} of ${name} is queued.`]);
    const { state } = await watchJob(context, {
      label: `run ${id}`,
      unit: "done",
      read: async () => {
        const { state, progress } = await read();
        return { state: state === "queued" ? "running" : state, progress };
      },
      progress: ({ progress }) => ({ total: progress?.total ?? 0, done: progress?.done ?? 0 }),
    });
    const ended = await read();
    print(context, command, ended, summary);
    if (state !== "succeeded")
      throw new CliError(`Run ${id} is ${state}: ${ended.failure?.message ?? "no reason given"}`);
  };
}

function put(file: string, names: readonly string[]): Work {
  return async (connection, command, context) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of openInput(file, context.stdin)) chunks.push(chunk);
    const all = jobsOfFile(Buffer.concat(chunks).toString(), file);
    const absent = names.find((name) => !all.some((job) => job.name === name));
    if (absent !== undefined) {
      throw new CliError(`${file} has no job ${absent}; it has ${all.map(({ name }) => name).join(", ")}`);
    }
    const wanted = all.filter(({ name }) => names.length === 0 || names.includes(name));
    const { jobs } = (await connection.admin("GET", "/api/jobs")) as unknown as { jobs: readonly Job[] };
    const done: { readonly name: string; readonly outcome: Outcome }[] = [];
    for (const { name, settings } of wanted) {
      const { version } = (await connection.admin("PUT", pathOf(name), settings).catch((error: unknown) => {
        const before = done.length === 0 ? "" : `. Put before it: ${done.map((one) => one.name).join(", ")}`;
        throw new CliError(`${reasonOf(error)}${before}`, { cause: error });
      })) as unknown as Job;
      const before = jobs.find((job) => job.name === name)?.version;
      done.push({ name, outcome: outcomeOf(before, version) });
    }
    print(context, command, done, (lines) => lines.map(({ name, outcome }) => `Job ${name} is ${outcome}.`));
  };
}

type Outcome = "created" | "changed" | "as it was";

function outcomeOf(before: number | undefined, now: number): Outcome {
  if (before === undefined) return "created";
  return before === now ? "as it was" : "changed";
}

function show(name: string): Work {
  return async (connection, command, context) => {
    const job = (await connection.admin("GET", pathOf(name))) as unknown as Job;
    print(context, command, job, ({ kind, description, enabled, options, triggers, lastRun }) => [
      `${name}, a ${kind} job${enabled ? "" : ", disabled"}${description === "" ? "" : `: ${description}`}`,
      ...Object.entries(options).map(([option, value]) => `  ${option}: ${valueText(value)}`),
      ...(triggers.length === 0 ? ["It runs when somebody asks for it."] : ["It runs:"]),
      ...triggers.map(({ type, ...rest }) => `  ${String(type)} ${Object.values(rest).map(valueText).join(" ")}`),
      lastRun === undefined ? "It has not run yet." : `Its last run is ${lastRun.id}: ${lastRun.state}.`,
    ]);
  };
}

function runs(name: string): Work {
  return async (connection, command, context) => {
    const answer = await connection.admin("GET", `${pathOf(name)}/runs`);
    print(context, command, (answer as unknown as { runs: readonly Run[] }).runs, (all) =>
      all.length === 0
        ? ["It has not run yet."]
        : table(
            ["run", "state", "attempt", "began", "took", "because of"],
            all.map((one) => [
              one.id,
              one.state,
              one.attempt,
              timeText(one.startedAt ?? one.queuedAt),
              tookText(one),
              one.failure === undefined ? one.cause : `${one.cause}: ${one.failure.message.split("\n", 1)[0]}`,
            ]),
          ),
    );
  };
}

function log(id: string): Work {
  return async (connection, command, context) => {
    const answer = await connection.admin("GET", `${runPath(id)}/log`);
    print(context, command, (answer as unknown as { lines: readonly string[] }).lines, (lines) => lines);
  };
}

function cancel(id: string): Work {
  return async (connection, command, context) => {
    const answer = (await connection.admin("DELETE", runPath(id))) as unknown as Run;
    print(context, command, answer, ({ state }) => [
      state === "running" ? `Run ${id} has been told to end.` : `Run ${id} is ${state}.`,
    ]);
  };
}

function remove(name: string): Work {
  return async (connection, command, context) => {
    const answer = await connection.admin("DELETE", pathOf(name));
    print(context, command, answer, () => [`Job ${name} is deleted.`]);
  };
}

function summary(run: Run): readonly string[] {
  const counters = Object.entries(run.counters ?? {}).map(
    ([name, count]) => `${name} ${count.toLocaleString("en-US")}`,
  );
  return [`Run ${run.id} is ${run.state}, after ${tookText(run)}.`, ...counters.map((line) => `  ${line}`)];
}

function tookText({ startedAt, endedAt }: Run): string {
  return startedAt === undefined || endedAt === undefined ? "" : `${((endedAt - startedAt) / 1000).toFixed(1)} s`;
}

function timeText(at: number | undefined): string {
  return at === undefined ? "" : new Date(at).toISOString();
}

function valueText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function pathOf(name: string): string {
  return `/api/jobs/${encodeURIComponent(name)}`;
}

function runPath(id: string): string {
  return `/api/job-runs/${encodeURIComponent(id)}`;
}
