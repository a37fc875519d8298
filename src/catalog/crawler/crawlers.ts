import type { Disk } from "../../std/disk.ts";
import { Mutex } from "../../std/mutex.ts";
import type { Random } from "../../std/random.ts";
import { type CrawlJob, CrawlJobs, type CrawlJobsOptions } from "./crawl-jobs.ts";
import type { CrawlReport } from "./crawl-report.ts";
import type { CrawlerDefinition, LastCrawl, StoredCrawler } from "./crawler-definition.ts";
import { CrawlerError } from "./crawler-error.ts";
import { CrawlerFiles } from "./crawler-files.ts";
import { nextRunOf, readSchedule } from "./crawler-schedule.ts";
import { parseLocation } from "./location.ts";

/** Crawlers of an account (Glue quotas). */
const CRAWLERS_MAX = 1_000;

export interface CrawlersOptions extends CrawlJobsOptions {
  readonly disk: Disk;
  readonly random: Random;
  readonly dataDirectory: string;
}

/** A crawler as it is now. */
export interface Crawler extends StoredCrawler {
  readonly job?: CrawlJob;
  /** When its schedule starts it next. */
  readonly nextRunAt?: number;
}

/**
 * Crawlers by their names, as Glue has them: what a call resolves with is durable. A crawl under way keeps its definition
 * from being changed. A crawl that a crash ends leaves what it had done; the crawler is ready again, and its next crawl
 * goes on from there.
 */
export class Crawlers {
  readonly jobs: CrawlJobs;
  readonly #options: CrawlersOptions;
  readonly #files: CrawlerFiles;
  readonly #crawlers = new Map<string, StoredCrawler>();
  /** Ids of the crawls under way, by crawler. */
  readonly #running = new Map<string, string>();
  readonly #changes = new Mutex();

  static async open(options: CrawlersOptions): Promise<Crawlers> {
    const crawlers = new Crawlers(options);
    for (const stored of await crawlers.#files.load()) crawlers.#crawlers.set(stored.definition.name, stored);
    return crawlers;
  }

  private constructor(options: CrawlersOptions) {
    this.#options = options;
    this.#files = new CrawlerFiles(options.disk, options.dataDirectory);
    this.jobs = new CrawlJobs(options);
  }

  /** In name order. */
  list(): readonly Crawler[] {
    return [...this.#crawlers.keys()].sort().map((name) => this.get(name));
  }

  get(name: string): Crawler {
    const stored = this.#require(name);
    const id = this.#running.get(name);
    const nextRunAt = nextRunOf(stored);
    return {
      ...stored,
      ...(id !== undefined && { job: this.jobs.get(id) }),
      ...(nextRunAt !== undefined && { nextRunAt }),
    };
  }

  create(definition: CrawlerDefinition): Promise<void> {
    return this.#changes.run(async () => {
      const { name } = definition;
      checkDefinition(definition);
      if (this.#crawlers.has(name)) throw new CrawlerError("already-exists", `There is a crawler ${name} already`);
      if (this.#crawlers.size >= CRAWLERS_MAX) {
        throw new CrawlerError(
          "limit-exceeded",
          `There are ${CRAWLERS_MAX} crawlers, the most allowed: delete one first`,
        );
      }
      const now = this.#options.clock.now();
      const uid = this.#options.random.bytes(16).toString("hex");
      await this.#save({ definition, uid, createdAt: now, updatedAt: now, version: 1, scheduledFrom: now });
    });
  }

  /** `change` makes the new definition of the present one; the name stays. */
  update(name: string, change: (present: CrawlerDefinition) => CrawlerDefinition): Promise<void> {
    return this.#changes.run(() => this.#update(this.#requireReady(name), change));
  }

  /** Also while it is running. An empty text takes the schedule away. */
  updateSchedule(name: string, schedule: string): Promise<void> {
    return this.#changes.run(() =>
      this.#update(this.#require(name), ({ schedule: _, ...rest }) => (schedule === "" ? rest : { ...rest, schedule })),
    );
  }

  /** From now on: what was due while it was stopped is not made up for. */
  startSchedule(name: string): Promise<void> {
    return this.#changes.run(async () => {
      const { scheduleStopped, ...stored } = this.#requireScheduled(name);
      if (!scheduleStopped && stored.scheduledFrom !== undefined) {
        throw new CrawlerError("schedule-running", `The schedule of crawler ${name} runs already`);
      }
      checkDefinition(stored.definition);
      await this.#save({ ...stored, scheduledFrom: this.#options.clock.now() });
    });
  }

  /** A crawl under way goes on. */
  stopSchedule(name: string): Promise<void> {
    return this.#changes.run(async () => {
      const stored = this.#requireScheduled(name);
      if (stored.scheduleStopped) {
        throw new CrawlerError("schedule-not-running", `The schedule of crawler ${name} is stopped already`);
      }
      await this.#save({ ...stored, scheduleStopped: true });
    });
  }

  /** Begins the crawls that are due. One that came due while the server was down, or still running, is begun once. */
  async startDue(): Promise<void> {
    const isDue = (stored: StoredCrawler | undefined) =>
      stored !== undefined && (nextRunOf(stored) ?? Number.POSITIVE_INFINITY) <= this.#options.clock.now();
    for (const [name, stored] of [...this.#crawlers]) {
      if (!isDue(stored)) continue;
      await this.#changes.run(async () => {
        const now = this.#crawlers.get(name);
        if (now !== undefined && isDue(now) && !this.#running.has(name)) await this.#startDue(now);
      });
    }
  }

  delete(name: string): Promise<void> {
    return this.#changes.run(async () => {
      const { uid } = this.#requireReady(name);
      await this.#files.remove(uid);
      this.#crawlers.delete(name);
    });
  }

  /** Begins a crawl, which goes on by itself. */
  start(name: string): Promise<CrawlJob> {
    return this.#changes.run(async () => {
      return this.#start(this.#requireReady(name));
    });
  }

  /** Calls the crawl off; it ends by itself, soon. */
  stop(name: string): void {
    this.#require(name);
    const id = this.#running.get(name);
    if (id === undefined) throw new CrawlerError("not-running", `Crawler ${name} is not running`);
    void this.jobs.cancel(id);
  }

  /** Calls off what is under way; resolves once all is written. */
  async close(): Promise<void> {
    await this.jobs.close();
    await this.#changes.run(async () => undefined);
  }

  async #update(stored: StoredCrawler, change: (present: CrawlerDefinition) => CrawlerDefinition): Promise<void> {
    const { definition: present, version } = stored;
    const definition = { ...change(present), name: present.name };
    checkDefinition(definition);
    const now = this.#options.clock.now();
    const schedule = definition.schedule === present.schedule ? {} : { scheduledFrom: now };
    await this.#save({ ...stored, definition, updatedAt: now, version: version + 1, ...schedule });
  }

  #start({ definition }: StoredCrawler): CrawlJob {
    const { name } = definition;
    const { job, ended } = this.jobs.start(name, definition);
    this.#running.set(name, job.id);
    void ended.then((end) => this.#remember(name, end));
    return job;
  }

  async #startDue(stored: StoredCrawler): Promise<void> {
    try {
      this.#start(stored);
    } catch (error) {
      // Others are running, as many as may: it stays due.
      if (error instanceof CrawlerError && error.code === "limit-exceeded") return;
      throw error;
    }
    await this.#save({ ...stored, scheduledFrom: this.#options.clock.now() });
  }

  #remember(name: string, job: CrawlJob): Promise<void> {
    return this.#changes.run(async () => {
      // The crawl itself is done: that its end is not written down is no reason to fail, and the next one is.
      await this.#save({ ...this.#require(name), lastCrawl: lastCrawlOf(job) }).catch(() => undefined);
      this.#running.delete(name);
    });
  }

  async #save(stored: StoredCrawler): Promise<void> {
    await this.#files.save(stored);
    this.#crawlers.set(stored.definition.name, stored);
  }

  #require(name: string): StoredCrawler {
    const stored = this.#crawlers.get(name);
    if (stored === undefined) throw new CrawlerError("not-found", `There is no crawler ${name}`);
    return stored;
  }

  #requireScheduled(name: string): StoredCrawler {
    const stored = this.#require(name);
    if (stored.definition.schedule !== undefined) return stored;
    throw new CrawlerError("no-schedule", `Crawler ${name} has no schedule: give it one such as cron(15 12 * * ? *)`);
  }

  #requireReady(name: string): StoredCrawler {
    const stored = this.#require(name);
    if (this.#running.has(name))
      throw new CrawlerError("running", `Crawler ${name} is running: stop it, or wait for its end`);
    return stored;
  }
}

function checkDefinition({ locations, database, name, schedule }: CrawlerDefinition): void {
  if (schedule !== undefined) readSchedule(schedule);
  if (database.trim() === "") throw new CrawlerError("invalid", `Crawler ${name} needs a database for its tables`);
  if (locations.length === 0)
    throw new CrawlerError("invalid", `Crawler ${name} needs a location such as s3://bucket/folder/`);
  for (const location of locations) parseLocation(location);
}

function lastCrawlOf({ state, startedAt, endedAt = startedAt, failure, report }: CrawlJob): LastCrawl {
  return {
    status: state === "running" ? "failed" : state,
    startedAt,
    endedAt,
    ...(failure !== undefined && { message: failure }),
    tables: {
      created: tablesWith(report, "created"),
      updated: tablesWith(report, "updated"),
      deleted: tablesWith(report, "deleted"),
    },
  };
}

function tablesWith(report: CrawlReport | undefined, change: string): number {
  return report?.tables.filter((table) => table.change === change).length ?? 0;
}
