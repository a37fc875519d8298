import { reasonOf } from "../../model/errors.ts";
import { backoffMs } from "../../std/backoff.ts";
import type { Clock } from "../../std/clock.ts";
import type { Disk } from "../../std/disk.ts";
import type { Random } from "../../std/random.ts";
import { nextWallClock, previousWallClock } from "../../std/wall-clock-schedule.ts";
import { type ObjectStore, ObjectStoreError } from "../../storage/object-store.ts";
import type { Telemetry } from "../../telemetry/telemetry.ts";
import { LifecycleFiles, type LifecycleProgress } from "./lifecycle-files.ts";
import type { LifecycleRules } from "./lifecycle-rules.ts";
import { type AbandonedUploads, type LetGo, sweepBucket, type WithoutReaders } from "./sweep-bucket.ts";

export interface LifecycleOptions {
  readonly clock: Clock;
  readonly disk: Disk;
  readonly random: Random;
  readonly telemetry: Telemetry;
  readonly dataDirectory: string;
  readonly rules: LifecycleRules;
  readonly storeFor: (bucket: string) => ObjectStore;
  readonly uploadsOf: (bucket: string) => AbandonedUploads | undefined;
  /** Default: everything may go. */
  readonly letGo?: LetGo;
  /** Default: nobody reads. */
  readonly withoutReaders?: WithoutReaders;
}

/** Objects are due at midnight UTC; a little later, so that clocks may differ. */
const RUN_AT = { time: "00:10", timeZone: "UTC" };

/** The wall clock is looked at so often: it may be set, and a machine may have slept. */
const LOOK_MS_MAX = 10 * 60 * 1000;

/** Attempts at one bucket in one run; each goes on where the one before it ended. */
const ATTEMPTS_MAX = 5;

/** How long what is under way may take to end when the server stops. */
const CLOSE_GRACE_MS = 1_000;

/**
 * Carries out the rules of all buckets once a day.
 *
 * Constraints. Nobody waits for it, and a bucket may hold millions of objects: a run is one walk through each bucket, page
 * by page, and what it cannot do is due again the next day. It may end anywhere: the place is written down after each page,
 * and doing a page twice does nothing twice.
 *
 * When.    At ten past midnight UTC. A run that the server missed is made up for at its start; one run, however many days.
 * Before.  Each object is asked for (`letGo`) right before it is touched: deliveries and compaction have it until then. Those
 *          of a page that expire are shown to no query that begins now, and queries that have begun are waited for.
 * After.   `lifecycle.bucketSwept` for each bucket; a bucket that cannot be listed is left until the next day.
 */
export class Lifecycle {
  readonly #options: LifecycleOptions;
  readonly #files: LifecycleFiles;
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(options: LifecycleOptions) {
    this.#options = options;
    this.#files = new LifecycleFiles(options.disk, options.dataDirectory);
  }

  /** Once everybody who is asked in `letGo` is there. */
  start(): void {
    this.#running = this.#runDaily();
  }

  /** A store that does not answer is not waited for: a run has nothing to lose. */
  async close(): Promise<void> {
    this.#stopping.abort(new Error("The server is shutting down"));
    const done = new AbortController();
    const grace = this.#options.clock.sleep(CLOSE_GRACE_MS, done.signal).catch(() => undefined);
    await Promise.race([grace, this.#running]);
    done.abort();
  }

  async #runDaily(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#runIfDue();
      } catch (error) {
        if (!signal.aborted) this.#reportFailure("", 1, error);
      }
      const waitMs = Math.min(LOOK_MS_MAX, nextWallClock(RUN_AT, clock.now()) - clock.now());
      await clock.sleep(waitMs, signal).catch(() => undefined);
    }
  }

  async #runIfDue(): Promise<void> {
    const now = this.#options.clock.now();
    const runAt = previousWallClock(RUN_AT, now);
    const { finishedRunAt, current } = (await this.#files.loadProgress()) ?? {};
    // One from the future was written under a clock that was wrong.
    if (finishedRunAt !== undefined && finishedRunAt >= runAt && finishedRunAt <= now) return;
    const from = current?.runAt === runAt ? current : undefined;
    for (const bucket of this.#options.rules.buckets()) {
      if (from !== undefined && bucket < from.bucket) continue;
      await this.#sweep(runAt, bucket, from?.bucket === bucket ? from.after : "", finishedRunAt);
    }
    await this.#files.saveProgress({ finishedRunAt: runAt });
  }

  async #sweep(runAt: number, bucket: string, from: string, finishedRunAt: number | undefined): Promise<void> {
    const { clock, random } = this.#options;
    const { signal } = this.#stopping;
    let after = from;
    const onPage = async (key: string) => {
      after = key;
      const progress: LifecycleProgress = { finishedRunAt, current: { runAt, bucket, after } };
      await this.#files.saveProgress(progress);
    };
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      try {
        await this.#sweepOnce(bucket, after, onPage);
        return;
      } catch (error) {
        signal.throwIfAborted();
        // Rules may be there before the bucket, and stay when somebody removes its folder.
        if (error instanceof ObjectStoreError && error.code === "no-such-bucket") return;
        this.#reportFailure(bucket, attempt, error);
        if (attempt < ATTEMPTS_MAX) await clock.sleep(backoffMs(attempt, random), signal);
      }
    }
  }

  async #sweepOnce(bucket: string, after: string, onPage: (after: string) => Promise<void>): Promise<void> {
    const { clock, rules, storeFor, uploadsOf, telemetry } = this.#options;
    const { letGo = async () => true, withoutReaders = (_objects, _signal, work) => work() } = this.#options;
    const startedAt = clock.monotonic();
    const report = await sweepBucket({
      bucket,
      rules: rules.inForce(bucket),
      store: storeFor(bucket),
      uploads: uploadsOf(bucket),
      letGo,
      withoutReaders,
      clock,
      signal: this.#stopping.signal,
      after,
      onPage,
    });
    telemetry.emit("lifecycle.bucketSwept", { bucket, ...report, durationMs: clock.monotonic() - startedAt });
  }

  #reportFailure(bucket: string, attempt: number, error: unknown): void {
    this.#options.telemetry.emit("lifecycle.sweepFailed", { bucket, attempt, reason: reasonOf(error) });
  }
}
