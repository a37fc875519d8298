import { reasonOf } from "../../model/errors.ts";
import type { Clock } from "../../std/clock.ts";
import type { ObjectStore } from "../../storage/object-store.ts";
import type { Catalog } from "../catalog.ts";
import type { Location } from "../location.ts";
import type { Partitions } from "../partition.ts";
import type { CrawlOptions, CrawlProgress } from "./crawl.ts";
import type { CrawlReport } from "./crawl-report.ts";
import type { CrawlDefinition } from "./crawler-definition.ts";
import { CrawlerError } from "./crawler-error.ts";
import { parseLocation } from "./location.ts";

/** One crawl, under way or ended. Plain data but for its end. */
export interface CrawlJob {
  readonly id: string;
  /** The name of the crawler, which is in the tables that it makes. */
  readonly crawler: string;
  readonly database: string;
  readonly locations: readonly string[];
  readonly state: "running" | "done" | "failed" | "cancelled";
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly progress: CrawlProgress;
  /** Once it is done. */
  readonly report?: CrawlReport;
  readonly failure?: string;
}

export interface CrawlJobsOptions {
  readonly clock: Clock;
  readonly catalog: Catalog;
  readonly partitions: Partitions;
  readonly storeFor: (bucket: string) => ObjectStore;
  /** Objects that crawls may look at; see `ScanOptions`. */
  readonly isVisible?: (bucket: string, key: string) => boolean;
}

/** Crawls at a time: each holds a list of folders. */
export const CRAWLS_AT_ONCE = 4;

/** How long a crawl may take to end when the server stops. */
const CLOSE_GRACE_MS = 1_000;

/** Crawls that have ended and are still shown, with their reports. */
const ENDED_MAX = 20;

interface Running {
  readonly abort: AbortController;
  /** The crawl's own counters. */
  readonly progress: CrawlProgress;
  readonly ended: Promise<CrawlJob>;
}

/** Runs crawls in the background and remembers the last ones. */
export class CrawlJobs {
  readonly #options: CrawlJobsOptions;
  readonly #running = new Map<string, Running>();
  #jobs: readonly CrawlJob[] = [];
  #lastId = 0;

  constructor(options: CrawlJobsOptions) {
    this.#options = options;
  }

  /** Oldest first. */
  list(): readonly CrawlJob[] {
    return this.#jobs.map((job) => this.#withProgress(job));
  }

  get(id: string): CrawlJob {
    const found = this.#jobs.find((job) => job.id === id);
    if (found === undefined)
      throw new CrawlerError("not-found", `There is no crawl ${id}: only the last ones are kept`);
    return this.#withProgress(found);
  }

  /** Begins a crawl; `ended` never fails. */
  start(crawler: string, definition: CrawlDefinition): { readonly job: CrawlJob; readonly ended: Promise<CrawlJob> } {
    const { locations, database } = definition;
    const targets = locations.map(parseLocation);
    if (this.#running.size >= CRAWLS_AT_ONCE) {
      const message = `There are ${CRAWLS_AT_ONCE} crawls under way, the most at a time: try again when one has ended`;
      throw new CrawlerError("limit-exceeded", message);
    }
    const startedAt = this.#options.clock.now();
    const progress = { listed: 0, chosen: 0, sampled: 0 };
    const id = String(++this.#lastId);
    const job: CrawlJob = { id, crawler, database, locations, state: "running", startedAt, progress };
    this.#keep(job);
    const abort = new AbortController();
    const work = crawlOnDemand(targets, {
      ...this.#options,
      ...definition,
      crawler,
      signal: abort.signal,
      // Called for each object: counting must cost nothing.
      onProgress: (now) => Object.assign(progress, now),
    });
    const ended = work.then(
      (report) => this.#end(id, { state: "done", report }),
      (error) => this.#end(id, { state: abort.signal.aborted ? "cancelled" : "failed", failure: reasonOf(error) }),
    );
    this.#running.set(id, { abort, progress, ended });
    return { job, ended };
  }

  /** Calls a crawl off; what it has done by then stays. Resolves once it has ended, to what became of it. */
  async cancel(id: string): Promise<CrawlJob> {
    const job = this.get(id);
    const running = this.#running.get(id);
    running?.abort.abort(new CrawlerError("not-running", "The crawl was called off"));
    return (await running?.ended) ?? job;
  }

  /** Calls off what is under way. A store that does not answer is not waited for: a crawl has nothing to lose. */
  async close(): Promise<void> {
    const done = new AbortController();
    const grace = this.#options.clock.sleep(CLOSE_GRACE_MS, done.signal).catch(() => undefined);
    await Promise.race([grace, Promise.all([...this.#running.keys()].map((id) => this.cancel(id)))]);
    done.abort();
  }

  #end(id: string, end: Pick<CrawlJob, "state" | "report" | "failure">): CrawlJob {
    const ended = { ...this.get(id), ...end, endedAt: this.#options.clock.now() };
    this.#running.delete(id);
    this.#jobs = this.#jobs.map((job) => (job.id === id ? ended : job));
    return ended;
  }

  #withProgress(job: CrawlJob): CrawlJob {
    const running = this.#running.get(job.id);
    return running === undefined ? job : { ...job, progress: { ...running.progress } };
  }

  #keep(job: CrawlJob): void {
    const ended = this.#jobs.filter(({ state }) => state !== "running");
    const forgotten = new Set(ended.slice(0, Math.max(0, ended.length - ENDED_MAX)));
    this.#jobs = [...this.#jobs.filter((one) => !forgotten.has(one)), job];
  }
}

/** Most servers never crawl, and reading objects of every format is a hundred kilobytes of source. */
async function crawlOnDemand(targets: readonly Location[], options: CrawlOptions): Promise<CrawlReport> {
  const { crawl } = await import("./crawl.ts");
  return crawl(targets, options);
}
