import { join } from "node:path";
import { LakehoseError, reasonOf } from "../model/errors.ts";
import type { Clock } from "../std/clock.ts";
import type { Disk } from "../std/disk.ts";
import { JobError } from "./job-error.ts";
import type { JobKind, JobState, JobWork } from "./job-kind.ts";
import { RunLog } from "./run-log.ts";
import type { Run, RunProgress, StoredJob } from "./stored-job.ts";

/** What became of the work; `undefined` when the server stopped it, since that is for the next start to say. */
export type RunOutcome = Pick<Run, "counters" | "failure"> & Required<Pick<Run, "state">>;

export interface RunExecutionOptions {
  readonly job: StoredJob;
  readonly run: Run & { readonly startedAt: number };
  readonly kind: JobKind | undefined;
  readonly work: JobWork<unknown> | undefined;
  readonly state: JobState;
  readonly logPath: string;
  readonly clock: Clock;
  readonly disk: Disk;
  readonly temporaryDirectory: string;
}

/** Messages of failures come from anywhere, such as a script's last words. */
const MESSAGE_CHARACTERS_MAX = 4_000;

/** One run while it is under way, from its first line to its outcome. */
export class RunExecution {
  readonly ended: Promise<RunOutcome | undefined>;
  readonly #options: RunExecutionOptions;
  readonly #abort = new AbortController();
  readonly #log: RunLog;
  #progress: RunProgress | undefined;

  constructor(options: RunExecutionOptions) {
    this.#options = options;
    this.#log = new RunLog(options.disk, options.logPath, options.clock);
    this.ended = this.#run();
  }

  get progress(): RunProgress | undefined {
    return this.#progress;
  }

  /** The first reason counts. */
  abort(reason: JobError): void {
    this.#abort.abort(reason);
  }

  async #run(): Promise<RunOutcome | undefined> {
    const { job, clock, disk, temporaryDirectory, run } = this.#options;
    const over = new AbortController();
    const { timeoutSeconds } = job.definition;
    const timeUp = new JobError("timed-out", `It was not done after ${timeoutSeconds} s, the timeout of this job`);
    const timeout = clock.sleep(timeoutSeconds * 1000, over.signal).then(
      () => this.abort(timeUp),
      () => undefined,
    );
    const outcome = await this.#outcome();
    over.abort();
    await timeout;
    if (outcome?.failure !== undefined) this.#log.write(outcome.failure.message);
    await this.#log.close();
    // Whatever cannot be removed now is gone at the next start.
    await disk.removeDirectory(join(temporaryDirectory, run.id)).catch(() => undefined);
    return outcome;
  }

  async #outcome(): Promise<RunOutcome | undefined> {
    try {
      const { counters } = await this.#work();
      return { state: "succeeded", counters };
    } catch (error) {
      const reason: unknown = this.#abort.signal.aborted ? this.#abort.signal.reason : error;
      const code = reason instanceof LakehoseError ? reason.code : "internal";
      if (reason instanceof JobError && code === "server-stopped") return undefined;
      const failure = { code, message: reasonOf(reason).slice(0, MESSAGE_CHARACTERS_MAX) };
      if (reason instanceof JobError && (code === "cancelled" || code === "timed-out")) return { state: code, failure };
      return { state: "failed", failure };
    }
  }

  async #work() {
    const { job, run, kind, work, state } = this.#options;
    if (kind === undefined || work === undefined) {
      const advice = "start the version that knows it, or define the job anew";
      throw new JobError("invalid", `This version of Lakehose knows no kind of job "${run.kind}": ${advice}`);
    }
    const options = parseOptions(kind, job.definition.options);
    return work(options, {
      runId: run.id,
      jobName: run.job,
      startedAt: run.startedAt,
      occasion: run.occasion,
      signal: this.#abort.signal,
      log: (line) => this.#log.write(line),
      progress: (done, total) => {
        this.#progress = { done, ...(total !== undefined && { total }) };
      },
      state,
    });
  }
}

/** Options as the kind wants them. Throws a `JobError` that says what is wrong with them. */
export function parseOptions(kind: JobKind, options: unknown): unknown {
  const parsed = kind.options.safeParse(options);
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues.map(({ path, message }) => `${["options", ...path].join(".")}: ${message}`);
  throw new JobError("invalid", `Options of a ${kind.name} job: ${places.join("; ")}`);
}
