import { JobError } from "./job-error.ts";
import type { JobFiles } from "./job-files.ts";
import type { Run, StoredJob } from "./stored-job.ts";

/** Runs of one job that are still shown after they have ended. */
export const RUNS_KEPT = 50;

/**
 * What is known of all jobs and their runs: the files, and the same in memory. A change is on disk before anybody sees it.
 * Changes come one after another; whoever makes them sees to that.
 */
export class JobBook {
  readonly files: JobFiles;
  readonly #jobs = new Map<string, StoredJob>();
  /** By job, oldest first. */
  readonly #ended = new Map<string, readonly Run[]>();

  static async open(files: JobFiles): Promise<JobBook> {
    const book = new JobBook(files);
    for (const { job, ended } of await files.load()) {
      book.#jobs.set(job.definition.name, job);
      book.#ended.set(job.uid, ended);
    }
    return book;
  }

  private constructor(files: JobFiles) {
    this.files = files;
  }

  /** In name order. */
  list(): readonly StoredJob[] {
    return [...this.#jobs.keys()].sort().map((name) => this.require(name));
  }

  get(name: string): StoredJob | undefined {
    return this.#jobs.get(name);
  }

  require(name: string): StoredJob {
    const job = this.#jobs.get(name);
    if (job === undefined) throw new JobError("not-found", `There is no job ${name}`);
    return job;
  }

  /** Newest first: those queued and under way, then those that have ended. */
  runs(name: string): readonly Run[] {
    const { uid, live } = this.require(name);
    return [...(this.#ended.get(uid) ?? []), ...live].reverse();
  }

  requireRun(id: string): { readonly job: StoredJob; readonly run: Run } {
    for (const job of this.#jobs.values()) {
      const run = this.runs(job.definition.name).find((one) => one.id === id);
      if (run !== undefined) return { job, run };
    }
    throw new JobError("not-found", `There is no run ${id}: the last ${RUNS_KEPT} of each job are kept`);
  }

  async create(job: StoredJob): Promise<void> {
    await this.files.prepare(job.uid);
    await this.save(job);
  }

  async save(job: StoredJob): Promise<void> {
    await this.files.save(job);
    this.#jobs.set(job.definition.name, job);
  }

  async remove({ uid, definition }: StoredJob): Promise<void> {
    await this.files.remove(uid);
    this.#jobs.delete(definition.name);
    this.#ended.delete(uid);
  }

  /** The end of a live run: into the history, and what follows from it into the job, with the next attempt if there is one. */
  async end(job: StoredJob, run: Run, next: Run | undefined): Promise<void> {
    const ended = this.#ended.get(job.uid) ?? [];
    // After a crash the run may be here already.
    if (!ended.some(({ id }) => id === run.id)) {
      await this.files.saveEnded(job.uid, run);
      this.#ended.set(job.uid, [...ended, run]);
    }
    const live = job.live.filter(({ id }) => id !== run.id);
    await this.save({
      ...job,
      live: next === undefined ? live : [next, ...live],
      ...(run.state === "succeeded" && { lastSucceeded: run.id }),
      ...((run.state === "failed" || run.state === "timed-out") && next === undefined && { lastFailed: run.id }),
    });
    await this.#forgetOldest(job.uid);
  }

  /** The run as its own file has it, where a crash kept its end out of the job. */
  endedRun(job: StoredJob, id: string): Run | undefined {
    return this.#ended.get(job.uid)?.find((run) => run.id === id);
  }

  /** What cannot be removed now is removed with a later one. */
  async #forgetOldest(uid: string): Promise<void> {
    const ended = this.#ended.get(uid) ?? [];
    for (const { id } of ended.slice(0, Math.max(0, ended.length - RUNS_KEPT))) {
      await this.files.removeEnded(uid, id).catch(() => undefined);
    }
    this.#ended.set(uid, ended.slice(-RUNS_KEPT));
  }
}
