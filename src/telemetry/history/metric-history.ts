import { reasonOf } from "../../model/errors.ts";
import type { Clock } from "../../std/clock.ts";
import type { Disk } from "../../std/disk.ts";
import { SampleTier, type TierSettings, type VisitSample } from "./sample-tier.ts";
import { type Series, seriesOf } from "./series.ts";
import { addStatistics, joined, type Statistics, type StatisticsBySeries, statisticsOf } from "./statistics.ts";

/**
 * What was measured, minute by minute, across restarts and within limits.
 *
 * Values are gathered in memory for the minute that runs. When it is over they are appended to the files of the finest tier
 * and added to the periods of the coarser ones, which are appended when they are over in their turn. So nothing is ever
 * rewritten, and a week by the hour reads a small file. After a restart the periods that were open are gathered again from
 * the minutes on disk. Each tier has a time and a number of bytes; the oldest file goes when either is exceeded. Whoever asks
 * for minutes that are gone is given what the next tier has of that time.
 */
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const MEBIBYTE = 1024 * 1024;

/** Times as CloudWatch keeps them; bytes for some ten streams at these times, 96 MiB together. */
export const TIERS: readonly [TierSettings, ...TierSettings[]] = [
  { name: "minute", stepMs: MINUTE_MS, fileMs: 3 * HOUR_MS, keepMs: 15 * DAY_MS, bytesMax: 64 * MEBIBYTE },
  { name: "five-minutes", stepMs: 5 * MINUTE_MS, fileMs: DAY_MS, keepMs: 63 * DAY_MS, bytesMax: 16 * MEBIBYTE },
  { name: "hour", stepMs: HOUR_MS, fileMs: 15 * DAY_MS, keepMs: 455 * DAY_MS, bytesMax: 16 * MEBIBYTE },
];

/** Series of one minute. 100 streams with all that AWS counts are 4,000; what comes beyond is not kept. */
const SERIES_MAX = 10_000;

/** What clients may send: series of one period, samples of all periods in memory, and letters that name a series. */
const OFFERED_SERIES_MAX = 5_000;
const OFFERED_SAMPLES_MAX = 60_000;
const OFFERED_KEY_LENGTH_MAX = 1024;

/** How far ahead of the clock a sample may be dated, as CloudWatch has it. */
export const AHEAD_MS_MAX = 2 * HOUR_MS;

/** How far back `series` looks, as CloudWatch's ListMetrics does. */
const LISTED_MS = 15 * DAY_MS;

export interface MetricHistoryOptions {
  readonly clock: Clock;
  readonly disk: Disk;
  readonly directory: string;
  /** From fine to coarse; the first of one minute. Default: `TIERS`. */
  readonly tiers?: readonly [TierSettings, ...TierSettings[]];
}

export interface HistoryWork {
  /** Called when a minute is over, to add what is measured once a minute; `at` is its start. */
  readonly sample: (at: number) => void;
  /** Called when the samples of that minute can be read. */
  readonly sampled: (at: number) => Promise<void> | void;
  /** Told of samples that could not be kept. */
  readonly failed: (reason: string) => void;
}

/** One point of a series: a period, told by its start. */
export interface Point extends Statistics {
  readonly at: number;
}

export interface HistoryQuery {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  /** A whole number of minutes. */
  readonly periodMs: number;
  readonly wanted: (series: Series) => boolean;
}

/** From fine to coarse. */
type Tiers = readonly [Tier, ...Tier[]];

interface Tier {
  readonly files: SampleTier;
  /** Periods that are not on disk, by their start. */
  readonly open: Map<number, StatisticsBySeries>;
}

export class MetricHistory {
  readonly #clock: Clock;
  readonly #tiers: Tiers;
  readonly #closing = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #work: HistoryWork = { sample: () => undefined, sampled: () => undefined, failed: () => undefined };

  static async open(options: MetricHistoryOptions): Promise<MetricHistory> {
    const { disk, directory, tiers = TIERS } = options;
    const openTier = async (settings: TierSettings): Promise<Tier> => ({
      files: await SampleTier.open(disk, directory, settings),
      open: new Map(),
    });
    const [first, ...others] = tiers;
    const finest = await openTier(first);
    const coarser: Tier[] = [];
    for (const settings of others) {
      const tier = await openTier(settings);
      await gatherOpenPeriods(finest.files, tier);
      coarser.push(tier);
    }
    return new MetricHistory(options.clock, [finest, ...coarser]);
  }

  private constructor(clock: Clock, tiers: Tiers) {
    this.#clock = clock;
    this.#tiers = tiers;
  }

  /** Adds a value to the minute that runs. */
  record(key: string, value: number): void {
    const samples = periodOf(this.#finest.open, this.#clock.now(), MINUTE_MS);
    if (samples.has(key) || samples.size < SERIES_MAX) addStatistics(samples, key, statisticsOf(value));
  }

  /** Adds values of any minute, as `offer` does, where this program measures them. */
  add(key: string, statistics: Statistics, at: number): boolean {
    return this.#add(key, statistics, at, SERIES_MAX);
  }

  /**
   * Adds values that clients send; of a time whose minutes are gone, to the finest tier that has that time. False when there
   * is no room for another series: they have a share of it, so that what this program measures has the rest.
   */
  offer(key: string, statistics: Statistics, at: number): boolean {
    if (key.length > OFFERED_KEY_LENGTH_MAX || this.#openSamples() >= OFFERED_SAMPLES_MAX) return false;
    return this.#add(key, statistics, at, OFFERED_SERIES_MAX);
  }

  #add(key: string, statistics: Statistics, at: number, seriesMax: number): boolean {
    const tier = this.#tiers.find((one) => at >= Math.min(coveredFrom(one), fileStart(one, this.#clock.now())));
    const { files, open } = tier ?? this.#coarsest;
    const samples = periodOf(open, at, files.settings.stepMs);
    if (samples.size >= seriesMax && !samples.has(key)) return false;
    addStatistics(samples, key, statistics);
    return true;
  }

  /** From now on minutes are written when they are over. */
  begin(work: HistoryWork): void {
    this.#work = work;
    this.#running = this.#run();
  }

  /** What is not on disk is written. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
    await this.#writeEnded(this.#clock.now());
    // Coarser periods that have not ended are gathered again from the minutes; written now, they would count twice.
    await this.#write(this.#finest, Number.POSITIVE_INFINITY, []);
    for (const { files } of this.#tiers) await files.close();
  }

  /** The points of each series that is wanted, oldest first, by key. */
  async read({ from, to, periodMs, wanted }: HistoryQuery): Promise<ReadonlyMap<string, readonly Point[]>> {
    const decided = new Map<string, boolean>();
    const points = new Map<string, Map<number, Point>>();
    const isWanted = (key: string) => {
      const known = decided.get(key);
      if (known !== undefined) return known;
      const is = wanted(seriesOf(key));
      decided.set(key, is);
      return is;
    };
    const visit = (at: number, key: string, statistics: Statistics) => {
      if (!isWanted(key)) return;
      const start = Math.floor(at / periodMs) * periodMs;
      const known = points.get(key) ?? new Map<number, Point>();
      points.set(key, known);
      known.set(start, { at: start, ...joined(known.get(start), statistics) });
    };
    const fit = this.#tiers.filter(({ files }) => periodMs % files.settings.stepMs === 0);
    await this.#readTier(fit.length - 1, from, to, visit);
    // Minutes that have not ended are part of no coarser period yet.
    if (fit.length > 1) visitOpen(this.#finest, from, to, visit);
    return new Map([...points].map(([key, found]) => [key, [...found.values()].sort((a, b) => a.at - b.at)]));
  }

  /** Every series with samples since then, about: a coarse period counts whole. Default: in the last 15 days. */
  async series(spanMs = LISTED_MS): Promise<readonly Series[]> {
    const keys = new Set<string>();
    const now = this.#clock.now();
    await this.#coarsest.files.read(now - spanMs, now + AHEAD_MS_MAX, (_, key) => keys.add(key));
    for (const tier of [this.#coarsest, this.#finest]) {
      for (const samples of tier.open.values()) for (const key of samples.keys()) keys.add(key);
    }
    return [...keys].sort().map(seriesOf);
  }

  /** In memory, for periods that are not on disk. */
  #openSamples(): number {
    let samples = 0;
    for (const { open } of this.#tiers) for (const period of open.values()) samples += period.size;
    return samples;
  }

  get #finest(): Tier {
    return this.#tiers[0];
  }

  get #coarsest(): Tier {
    return this.#tiers.at(-1) ?? this.#finest;
  }

  /** A tier's own time from its files and from memory, what was before that from the next. */
  async #readTier(index: number, from: number, to: number, visit: VisitSample): Promise<void> {
    const tier = this.#tiers[index];
    if (tier === undefined || from >= to) return;
    const own = Math.min(to, Math.max(from, coveredFrom(tier)));
    if (index + 1 < this.#tiers.length) await this.#readTier(index + 1, from, own, visit);
    await tier.files.read(from, to, visit);
    visitOpen(tier, from, to, visit);
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    for (;;) {
      const rest = MINUTE_MS - (this.#clock.now() % MINUTE_MS);
      const aborted = await this.#clock.sleep(rest, signal).then(
        () => false,
        () => true,
      );
      if (aborted) return;
      await this.#endMinute();
    }
  }

  async #endMinute(): Promise<void> {
    const running = Math.floor(this.#clock.now() / MINUTE_MS) * MINUTE_MS;
    const ended = running - MINUTE_MS;
    try {
      this.#work.sample(ended);
      await this.#writeEnded(running);
      await this.#work.sampled(ended);
    } catch (error) {
      this.#work.failed(reasonOf(error));
    }
  }

  async #writeEnded(now: number): Promise<void> {
    const coarser = this.#tiers.slice(1);
    await this.#write(this.#finest, now, coarser);
    for (const tier of coarser) await this.#write(tier, now, []);
  }

  /** Appends the periods that were over at `now`, adding them to those of coarser tiers. */
  async #write({ files, open }: Tier, now: number, coarser: readonly Tier[]): Promise<void> {
    const { stepMs } = files.settings;
    const ended = [...open].filter(([at]) => at + stepMs <= now).toSorted(([one], [other]) => one - other);
    for (const [at, samples] of ended) {
      open.delete(at);
      for (const tier of coarser) addPeriod(tier, at, samples);
      // One that cannot be kept must not hold the others up, and in memory it would grow without end.
      await files.append(at, samples).catch((error: unknown) => this.#work.failed(reasonOf(error)));
    }
    await files.expire(this.#clock.now());
  }
}

/** From when on a tier has what there was, told by whole files, so that tiers meet without a gap and without an overlap. */
function coveredFrom(tier: Tier): number {
  return Math.min(tier.files.oldestAt, fileStart(tier, Math.min(Number.POSITIVE_INFINITY, ...tier.open.keys())));
}

function fileStart({ files }: Tier, at: number): number {
  const { fileMs } = files.settings;
  return Math.floor(at / fileMs) * fileMs;
}

function visitOpen({ open }: Tier, from: number, to: number, visit: VisitSample): void {
  for (const [at, samples] of open) {
    if (at >= from && at < to) for (const [key, statistics] of samples) visit(at, key, statistics);
  }
}

function periodOf(open: Map<number, StatisticsBySeries>, at: number, stepMs: number): StatisticsBySeries {
  const start = Math.floor(at / stepMs) * stepMs;
  const known = open.get(start) ?? new Map();
  open.set(start, known);
  return known;
}

function addPeriod({ files, open }: Tier, at: number, samples: StatisticsBySeries): void {
  const period = periodOf(open, at, files.settings.stepMs);
  for (const [key, statistics] of samples) addStatistics(period, key, statistics);
}

/** The periods of a tier that had not ended, or were not written, when the server stopped. */
async function gatherOpenPeriods(finest: SampleTier, tier: Tier): Promise<void> {
  const newest = await tier.files.newestPeriodAt();
  const from = newest === undefined ? 0 : newest + tier.files.settings.stepMs;
  await finest.read(from, Number.POSITIVE_INFINITY, (at, key, statistics) => {
    addStatistics(periodOf(tier.open, at, tier.files.settings.stepMs), key, statistics);
  });
}
