import { isDeepStrictEqual } from "node:util";
import { reasonOf } from "../model/errors.ts";
import { Mutex } from "../std/mutex.ts";
import { JobBook } from "./job-book.ts";
import type { JobDefinition } from "./job-definition.ts";
import { JobError } from "./job-error.ts";
import { JobFiles } from "./job-files.ts";
import type { JobComponents, JobEndpoint, JobKind, JobOccasion, JobWork } from "./job-kind.ts";
import { checkReferences, dependentsOf } from "./job-references.ts";
import { StoredJobState } from "./job-state.ts";
import { parseOptions, RunExecution, type RunOutcome } from "./run-execution.ts";
import { readRunLog } from "./run-log.ts";
import { newRun, nextAttempt, nextReady, obstacleTo, type RunRequest } from "./run-making.ts";
import type { Run, StoredJob } from "./stored-job.ts";
import { counted, look, memoryOf, startedOver } from "./trigger-watch.ts";
import type { LandedFile } from "./triggers/after-files.ts";
import type { StreamProgress, TriggerFacts } from "./triggers/trigger-type.ts";

/** Each has its options, its history and its place in every look at the triggers. */
const JOBS_MAX = 1_000;

/** Runs at a time unless told otherwise: queries and scripts of two are what a small machine carries beside its streams. */
export const RUNS_AT_ONCE = 2;

/** Triggers are looked at so often. */
export const LOOK_INTERVAL_MS = 1_000;

/** After a write that failed, such as on a full disk, the next one comes so much later. */
const RETRY_WRITE_MS = 10_000;

/** What is under way when the server stops is called off and may take this long to end; the stop has 10 s for everything. */
const CLOSE_GRACE_MS = 1_500;

/** A cancel waits so long for the end, and then answers that the run is still under way. */
const CANCEL_WAIT_MS = 5_000;

export interface JobsOptions {
  readonly kinds: readonly JobKind[];
  readonly components: Omit<JobComponents, "endpoint">;
  /** `meta/jobs` of the data folder. */
  readonly directory: string;
  /** Tells the last crawl of a crawler that succeeded from those before it. */
  readonly lastCrawl: (crawler: string) => string | undefined;
  readonly runsAtOnce?: number;
}

/** What is known once the server takes requests. */
export interface JobsWorld {
  readonly endpoint: JobEndpoint;
  readonly streamProgress: (stream: string) => StreamProgress | undefined;
}

/**
 * Jobs by their names, their runs, and what makes them run.
 *
 * What a call resolves with is durable. A run that a stop or a crash ended is marked failed when the jobs are opened again,
 * and starts again where it has attempts left. Nothing runs before `begin`. Whatever changes a job goes through one
 * queue, so that a trigger, a call and the end of a run never overwrite each other's change.
 */
export class Jobs {
  readonly #options: JobsOptions;
  readonly #book: JobBook;
  readonly #works: ReadonlyMap<string, JobWork<unknown>>;
  readonly #changes = new Mutex();
  readonly #closing = new AbortController();
  /** By run. An execution is here until its end is written down. */
  readonly #executions = new Map<string, { readonly execution: RunExecution; readonly recorded: Promise<void> }>();
  #world: JobsWorld | undefined;
  #looking: Promise<void> | undefined;

  static async open(options: JobsOptions): Promise<Jobs> {
    const { disk, temporaryDirectory } = options.components;
    await disk.removeDirectory(temporaryDirectory);
    await disk.makeDirectory(temporaryDirectory);
    const jobs = new Jobs(options, await JobBook.open(new JobFiles(disk, options.directory)));
    await jobs.#settleEnded();
    return jobs;
  }

  private constructor(options: JobsOptions, book: JobBook) {
    this.#options = options;
    this.#book = book;
    const components: JobComponents = { ...options.components, endpoint: () => this.#requireWorld().endpoint };
    this.#works = new Map(options.kinds.map((kind) => [kind.name, kind.create(components)]));
  }

  /** Triggers count and runs start from now on. */
  begin(world: JobsWorld): void {
    this.#world = world;
    this.#looking = this.#lookAgainAndAgain();
  }

  /** In name order. */
  list(): readonly StoredJob[] {
    return this.#book.list();
  }

  get(name: string): StoredJob {
    return this.#book.require(name);
  }

  /** Newest first. */
  runs(name: string): readonly Run[] {
    return this.#book.runs(name).map((run) => this.#withProgress(run));
  }

  run(id: string): Run {
    return this.#withProgress(this.#book.requireRun(id).run);
  }

  async log(id: string): Promise<readonly string[]> {
    const { job } = this.#book.requireRun(id);
    return readRunLog(this.#options.components.disk, this.#book.files.logPath(job.uid, id));
  }

  /** Creates the job, or changes it where it is another. A run that is under way goes on with the options that it has. */
  define(definition: JobDefinition): Promise<StoredJob> {
    return this.#changes.run(async () => {
      const { name } = definition;
      const before = this.#book.get(name);
      if (before !== undefined && isDeepStrictEqual(before.definition, definition)) return before;
      this.#check(definition);
      const { clock, random } = this.#options.components;
      const now = clock.now();
      const changed = { definition, memory: memoryOf(definition, before, this.#facts()), updatedAt: now };
      if (before !== undefined) await this.#book.save({ ...before, ...changed, version: before.version + 1 });
      else {
        const uid = random.bytes(16).toString("hex");
        await this.#book.create({ uid, createdAt: now, version: 1, live: [], ...changed });
      }
      return this.#book.require(name);
    });
  }

  delete(name: string): Promise<void> {
    return this.#changes.run(async () => {
      const job = this.#book.require(name);
      if (job.live.length > 0)
        throw new JobError("running", `Job ${name} has a run under way or queued: cancel it first`);
      const dependents = dependentsOf(name, this.#definitions());
      if (dependents.length > 0) {
        const message = `Job ${name} is what ${dependents.join(", ")} wait for: take these triggers away first`;
        throw new JobError("in-use", message);
      }
      await this.#book.remove(job);
    });
  }

  /** Queues a run, by hand. It begins as soon as its turn comes. What it runs for is now, unless somebody says otherwise. */
  start(name: string, occasion: Partial<JobOccasion> = {}): Promise<Run> {
    return this.#changes.run(async () => {
      const job = this.#book.require(name);
      const obstacle = obstacleTo(job);
      if (obstacle !== undefined) {
        this.#options.components.telemetry.emit("job.refused", { job: name, reason: obstacle });
        throw new JobError("running", `Job ${name} was not started: ${obstacle}. Wait for its end, or cancel it`);
      }
      const run = await this.#queue(job, {
        cause: "by hand",
        occasion: { at: this.#options.components.clock.now(), ...occasion },
      });
      await this.#startReady();
      return run;
    });
  }

  /** Resolves once the run has ended, or to a run that is still under way when its work takes long to stop. */
  async cancel(id: string): Promise<Run> {
    await this.#changes.run(async () => {
      const { job, run } = this.#book.requireRun(id);
      const reason = new JobError("cancelled", "The run was cancelled");
      this.#executions.get(id)?.execution.abort(reason);
      if (run.state !== "queued") return;
      const failure = { code: reason.code, message: reason.message };
      await this.#book.end(job, { ...run, state: "cancelled", endedAt: this.#now(), failure }, undefined);
      this.#tellEnd(this.run(id));
    });
    await this.#within(CANCEL_WAIT_MS, this.#executions.get(id)?.recorded);
    return this.run(id);
  }

  /**
   * Files that have landed in tables, for the triggers that count them. May be told of a file twice. Resolves once they
   * are counted; rejects where that cannot be written, to be told again.
   */
  filesLanded(files: readonly LandedFile[]): Promise<void> {
    return this.#changes.run(async () => {
      for (const job of this.#book.list()) {
        const memory = counted(job, files);
        if (memory !== job.memory) await this.#book.save({ ...job, memory });
      }
    });
  }

  /** Calls off what is under way and gives it a moment to end; the next start says what became of the rest. */
  async close(): Promise<void> {
    this.#closing.abort();
    // A run that is being started at this moment is started, and then called off with the others.
    await this.#changes.run(async () => undefined);
    const stopped = new JobError("server-stopped", SERVER_STOPPED);
    for (const { execution } of this.#executions.values()) execution.abort(stopped);
    const all = [...this.#executions.values()].map(({ recorded }) => recorded);
    await this.#within(CLOSE_GRACE_MS, Promise.all([...all, this.#looking]));
    await this.#changes.run(async () => undefined);
  }

  /** After a start: what a crash has left between two writes is brought to its end, and what it ended is said so. */
  async #settleEnded(): Promise<void> {
    for (const { definition, live } of this.#book.list()) {
      for (const run of live) {
        const job = this.#book.require(definition.name);
        const ended = this.#book.endedRun(job, run.id);
        if (ended !== undefined) await this.#end(job, ended);
        else if (run.state === "running") {
          const failure = { code: "server-stopped", message: SERVER_STOPPED };
          await this.#end(job, { ...run, state: "failed", endedAt: this.#now(), failure });
        }
      }
    }
  }

  async #lookAgainAndAgain(): Promise<void> {
    const { clock } = this.#options.components;
    const { signal } = this.#closing;
    while (!signal.aborted) {
      const failed = await this.#look();
      await clock.sleep(failed ? RETRY_WRITE_MS : LOOK_INTERVAL_MS, signal).catch(() => undefined);
    }
  }

  /** Looks at all triggers, and starts what may start. True when something could not be written. */
  #look(): Promise<boolean> {
    return this.#changes.run(async () => {
      if (this.#closing.signal.aborted) return false;
      let failed = false;
      for (const job of this.#book.list()) {
        if (!(await this.#done(job, () => this.#lookAt(job)))) failed = true;
      }
      return !(await this.#startReady()) || failed;
    });
  }

  /** False when something of the job could not be written: the others go on. */
  async #done({ definition }: StoredJob, work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      this.#options.components.telemetry.emit("job.refused", { job: definition.name, reason: reasonOf(error) });
      return false;
    }
  }

  async #lookAt(job: StoredJob): Promise<void> {
    const seen = look(job, this.#facts());
    if (seen === undefined) return;
    const [first, ...others] = seen.requests;
    const remembering = { ...job, memory: seen.memory };
    const obstacle = first === undefined ? undefined : obstacleTo(job);
    if (first === undefined || obstacle !== undefined) await this.#book.save(remembering);
    else await this.#queue(remembering, first);
    // One run does for all that is due at the same moment.
    for (const { cause } of obstacle === undefined ? others : seen.requests) {
      const reason = obstacle ?? "a run is queued already";
      this.#options.components.telemetry.emit("job.skipped", { job: job.definition.name, cause, reason });
    }
  }

  async #queue(job: StoredJob, request: RunRequest): Promise<Run> {
    const run = newRun(job.definition, request, this.#now(), this.#options.components.random);
    await this.#book.save({ ...job, live: [...job.live, run], memory: startedOver(job, this.#facts()) });
    return run;
  }

  /** False when a run could not be started; it waits for the next look. */
  async #startReady(): Promise<boolean> {
    const { runsAtOnce = RUNS_AT_ONCE } = this.#options;
    const failed = new Set<string>();
    while (this.#world !== undefined && !this.#closing.signal.aborted && this.#executions.size < runsAtOnce) {
      const able = this.#book.list().filter(({ uid }) => !failed.has(uid));
      const next = nextReady(able, this.#now());
      if (next === undefined) break;
      const started = await this.#done(next.job, () => this.#startRun(next.job, next.run));
      if (!started) failed.add(next.job.uid);
    }
    return failed.size === 0;
  }

  async #startRun(job: StoredJob, queued: Run): Promise<void> {
    const { kinds, components } = this.#options;
    const { kind } = job.definition;
    const run = { ...queued, kind, state: "running" as const, startedAt: this.#now() };
    await this.#book.save({ ...job, live: job.live.map((one) => (one.id === run.id ? run : one)) });
    const { id, cause, attempt } = run;
    components.telemetry.emit("job.started", { job: run.job, kind, run: id, attempt, cause });
    const execution = new RunExecution({
      ...components,
      job,
      run,
      kind: kinds.find(({ name }) => name === kind),
      work: this.#works.get(kind),
      state: new StoredJobState(this.#book.files, job.uid),
      logPath: this.#book.files.logPath(job.uid, id),
    });
    const recorded = execution.ended.then((outcome) => this.#record(id, outcome));
    this.#executions.set(id, { execution, recorded });
  }

  /** Never fails: an end that cannot be written is written later. */
  async #record(id: string, outcome: RunOutcome | undefined): Promise<void> {
    const { clock } = this.#options.components;
    const { signal } = this.#closing;
    const write = async () => {
      const { job, run } = this.#book.requireRun(id);
      await this.#end(job, { ...run, ...outcome, endedAt: this.#now() });
    };
    for (let done = outcome === undefined; !done; ) {
      done = await this.#changes.run(write).then(
        () => true,
        () => signal.aborted,
      );
      if (!done) await clock.sleep(RETRY_WRITE_MS, signal).catch(() => undefined);
    }
    this.#executions.delete(id);
    if (!signal.aborted) void this.#look();
  }

  async #end(job: StoredJob, run: Run): Promise<void> {
    const next = nextAttempt(job, run, this.#now(), this.#options.components.random);
    await this.#book.end(job, run, next);
    this.#tellEnd(run);
  }

  #tellEnd({ id, job, kind, state, attempt, startedAt, endedAt = 0, failure }: Run): void {
    const durationMs = startedAt === undefined ? 0 : Math.max(0, endedAt - startedAt);
    const told = { job, kind, run: id, state, attempt, durationMs };
    this.#options.components.telemetry.emit("job.ended", { ...told, message: failure?.message ?? "" });
  }

  #check(definition: JobDefinition): void {
    const { name, kind: wanted, options } = definition;
    const kind = this.#options.kinds.find((one) => one.name === wanted);
    if (kind === undefined) {
      const known = this.#options.kinds.map((one) => one.name).join(", ");
      throw new JobError("invalid", `Expected a kind of job of ${known}; got ${wanted}`);
    }
    parseOptions(kind, options);
    checkReferences(definition, this.#definitions());
    if (this.#book.get(name) === undefined && this.#book.list().length >= JOBS_MAX) {
      throw new JobError("limit-exceeded", `There are ${JOBS_MAX} jobs, the most allowed: delete one first`);
    }
  }

  #facts(): TriggerFacts {
    return {
      now: this.#now(),
      lastSucceeded: (job) => this.#book.get(job)?.lastSucceeded,
      lastFailed: (job) => this.#book.get(job)?.lastFailed,
      lastCrawl: this.#options.lastCrawl,
      streamProgress: (stream) => this.#world?.streamProgress(stream),
    };
  }

  #definitions(): readonly JobDefinition[] {
    return this.#book.list().map(({ definition }) => definition);
  }

  #withProgress(run: Run): Run {
    const progress = this.#executions.get(run.id)?.execution.progress;
    return progress === undefined ? run : { ...run, progress };
  }

  /** Waits no longer than `ms` for `work`, and never fails. */
  async #within(ms: number, work: Promise<unknown> | undefined): Promise<void> {
    const done = new AbortController();
    const grace = this.#options.components.clock.sleep(ms, done.signal).catch(() => undefined);
    await Promise.race([grace, work]).catch(() => undefined);
    done.abort();
  }

  #requireWorld(): JobsWorld {
    if (this.#world === undefined) throw new JobError("work-failed", "No run begins before the server takes requests");
    return this.#world;
  }

  #now(): number {
    return this.#options.components.clock.now();
  }
}

const SERVER_STOPPED = "The server stopped while it was under way";
