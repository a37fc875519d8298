import type { LogReader } from "../log/log.ts";
import { recordCount } from "../model/records.ts";
import type { JsonObject } from "../std/json.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { AccumulatorSet } from "./accumulator-set.ts";
import type { ActivePartitions } from "./active-partitions.ts";
import { giveBackGroups } from "./gathering.ts";
import type { AccumulatorKey, CutCounters } from "./journal/journal-records.ts";
import type { OutcomeGroup } from "./outcome-group.ts";
import { type OutcomeBatch, type OutcomeContext, sortOutcomes } from "./outcomes.ts";
import type { PlanRunner } from "./plan-runner.ts";
import { type Read, ReadAhead } from "./read-ahead.ts";
import type { Staging } from "./staging.ts";

/** Any key of data: all are encoded alike. */
const DATA_KEY: AccumulatorKey = { kind: "data", split: "" };

/** How a gzip member begins (RFC 1952, 2.3.1). */
const GZIP_MAGIC = Buffer.of(0x1f, 0x8b);

/**
 * Reads the log in order, asks the processors, and gathers outcomes. Outcomes of an impure chain are durable in staging
 * before they gather: what was said is never asked again for anything that a cut names.
 */
export class StageOne {
  readonly #options: StageOneOptions;
  readonly #readAhead: ReadAhead;
  #read: number;
  #isMidway = false;
  #counters: CutCounters;
  #lastSplit: string | undefined;
  #watermarkMs = Number.NEGATIVE_INFINITY;
  #warnedPlan: number | undefined;

  constructor(options: StageOneOptions) {
    this.#options = options;
    this.#readAhead = new ReadAhead(options.reader, { deliveryId: options.delivery, signal: options.asking });
    this.#read = options.readPosition;
    this.#counters = options.counters;
  }

  /** Offset of the next record that will be read. */
  get read(): number {
    return this.#read;
  }

  /** Outcomes may be staged that have not gathered: no cut may name them. */
  get isMidway(): boolean {
    return this.#isMidway;
  }

  get counters(): CutCounters {
    return this.#counters;
  }

  /** Takes what is there, up to a few MiB. False when the log has nothing beyond the read position. */
  async readSome(newest: PlanRunner): Promise<boolean> {
    const { reader, accumulators } = this.#options;
    const read = await this.#readAhead.take(this.#read, newest);
    if (read.batches.length === 0) return false;
    this.#readAhead.begin(read.nextOffset, newest);
    let runner = newest;
    this.#isMidway = true;
    for (const outcome of await this.#decide(read, runner)) {
      if (outcome.arrivalMs !== undefined) this.#closePartitions(outcome.arrivalMs, outcome, runner);
      this.#count(outcome);
      runner = await this.#learn(outcome, runner);
      for (const group of outcome.groups) {
        this.#warnOfDoubleCompression(group, runner);
        accumulators.add(group, runner);
      }
      this.#read = outcome.nextOffset;
      giveBackGroups(outcome);
    }
    this.#isMidway = false;
    reader.recycle(read.batches);
    return true;
  }

  /** Ends what was begun ahead of its turn. */
  stop(): Promise<void> {
    return this.#readAhead.drop();
  }

  /** Outcomes in log order, staged when they cannot be derived again; those of one read share a sync. */
  async #decide({ asked }: Read, runner: PlanRunner): Promise<OutcomeBatch[]> {
    const { contextFor, active } = this.#options;
    active.startRead();
    const context: OutcomeContext = {
      ...contextFor(runner),
      admits: (key, activeMax) => active.admits(key, activeMax),
    };
    const decided = sortOutcomes(asked, runner, context);
    if (runner.pure) return decided;
    const staging = await this.#options.staging();
    return staging.append(decided, this.#options.asking);
  }

  /** Formats that learn from records are asked before these gather: nothing is encoded under a schema that cannot hold it. */
  async #learn(outcome: OutcomeBatch, runner: PlanRunner): Promise<PlanRunner> {
    const { format, options } = runner.encoding(DATA_KEY);
    if (format.learn === undefined) return runner;
    let learned: JsonObject | undefined;
    for (const { key, records } of outcome.groups) {
      if (key.kind === "data") learned = format.learn(learned ?? options, records) ?? learned;
    }
    return learned === undefined ? runner : this.#options.learned(learned, outcome.firstOffset);
  }

  #count(outcome: OutcomeBatch): void {
    const { stream, delivery, telemetry } = this.#options;
    const { read, kept, dropped, rejected } = this.#counters;
    const keptNow = outcome.groups.reduce(
      (sum, group) => sum + (group.key.kind === "data" ? recordCount(group.records) : 0),
      0,
    );
    this.#counters = {
      read: read + outcome.read,
      kept: kept + keptNow,
      dropped: dropped + outcome.dropped,
      rejected: rejected + outcome.rejected.length,
    };
    if (outcome.dropped > 0) telemetry.emit("delivery.recordsDropped", { stream, delivery, records: outcome.dropped });
    for (const [place, records] of countRejects(outcome)) {
      const [errorType = "", code = ""] = place.split("\n");
      telemetry.emit("delivery.recordsRejected", { stream, delivery, errorType, code, records });
    }
  }

  /** Compressing gzip members again costs time, saves nothing, and readers see one layer too many: worth one warning. */
  #warnOfDoubleCompression(group: OutcomeGroup, runner: PlanRunner): void {
    if (this.#warnedPlan === runner.plan.number || runner.plan.definition.compression.type === "none") return;
    if (group.key.kind !== "data" || !group.records.bytes.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC)) return;
    this.#warnedPlan = runner.plan.number;
    const message = `Records are gzip already and are compressed again (${runner.plan.definition.compression.type}): set the compression format to UNCOMPRESSED`;
    this.#options.telemetry.emit("stream.warned", { stream: this.#options.stream, code: "compressed-twice", message });
  }

  /** Hands on partitions for which nothing more can come, or nothing more is waited for. */
  #closePartitions(arrivalMs: number, outcome: OutcomeBatch, runner: PlanRunner): void {
    const { eventTime } = runner.plan.definition.partition ?? {};
    if (eventTime === undefined) this.#closeArrivals(runner.places.dataSplit(arrivalMs));
    else if (eventTime.closeAfterMs !== undefined) {
      this.#closeEvents(arrivalMs, outcome, eventTime.closeAfterMs, runner);
    }
  }

  /** Arrival never falls, so once it has moved on to the next hour nothing more can come for the one before. */
  #closeArrivals(split: string): void {
    if (split === this.#lastSplit) return;
    if (this.#lastSplit !== undefined) {
      const closed = this.#lastSplit;
      this.#options.accumulators.sealAll("partition-closed", ({ key }) => key.kind === "data" && key.split === closed);
    }
    this.#lastSplit = split;
  }

  /**
   * Event times come in any order, so the watermark stays behind the newest one by what the stream waits for. An event that
   * runs ahead of its own arrival moves it no further than that.
   */
  #closeEvents(arrivalMs: number, outcome: OutcomeBatch, closeAfterMs: number, runner: PlanRunner): void {
    for (const { newestEventMs } of outcome.groups) {
      if (newestEventMs === undefined) continue;
      this.#watermarkMs = Math.max(this.#watermarkMs, Math.min(newestEventMs, arrivalMs) - closeAfterMs);
    }
    const watermarkMs = this.#watermarkMs;
    if (!Number.isFinite(watermarkMs)) return;
    const split = runner.places.eventSplit(watermarkMs);
    if (split === this.#lastSplit) return;
    this.#lastSplit = split;
    this.#options.accumulators.sealAll("partition-closed", ({ key, oldestEventMs }) => {
      return key.kind === "data" && key.split !== split && (oldestEventMs ?? watermarkMs) < watermarkMs;
    });
  }
}

export interface StageOneOptions {
  readonly stream: string;
  readonly delivery: string;
  readonly reader: LogReader;
  readonly accumulators: AccumulatorSet;
  readonly active: ActivePartitions;
  readonly telemetry: Telemetry;
  readonly readPosition: number;
  readonly counters: CutCounters;
  readonly contextFor: (runner: PlanRunner) => OutcomeContext;
  /** Ends calls of functions and the wait for room to stage: what was said and is not in a cut is asked again. */
  readonly asking: AbortSignal;
  /** Makes what was learned at an offset the plan in force. */
  readonly learned: (options: JsonObject, position: number) => Promise<PlanRunner>;
  /** Opened with the first plan that needs it. */
  readonly staging: () => Promise<Staging>;
}

function countRejects(outcome: OutcomeBatch): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { errorType, code } of outcome.rejected) {
    const place = `${errorType}\n${code}`;
    counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  return counts;
}
