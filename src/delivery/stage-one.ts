import type { LogReader } from "../log/log.ts";
import { type Batch, recordCount, sliceRecords } from "../model/records.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { OutcomeGroup } from "./accumulator.ts";
import type { AccumulatorSet } from "./accumulator-set.ts";
import type { CutCounters } from "./journal/journal-records.ts";
import { READ_BYTES } from "./outcome-source.ts";
import { type OutcomeBatch, type OutcomeContext, outcomesOf } from "./outcomes.ts";
import { isPure, type PlanRunner } from "./plan-runner.ts";
import type { Staging } from "./staging.ts";

/** How a gzip member begins (RFC 1952, 2.3.1). */
const GZIP_MAGIC = Buffer.of(0x1f, 0x8b);

/**
 * Reads the log in order, asks the processors, and gathers outcomes. Outcomes of an impure chain are durable in staging
 * before they gather: what was said is never asked again for anything that a cut names.
 */
export class StageOne {
  readonly #options: StageOneOptions;
  #read: number;
  #counters: CutCounters;
  #lastSplit: string | undefined;
  #warnedPlan: number | undefined;

  constructor(options: StageOneOptions) {
    this.#options = options;
    this.#read = options.readPosition;
    this.#counters = options.counters;
  }

  /** Offset of the next record that will be read. */
  get read(): number {
    return this.#read;
  }

  get counters(): CutCounters {
    return this.#counters;
  }

  /** Takes what is there, up to a few MiB. False when the log has nothing beyond the read position. */
  async readSome(runner: PlanRunner): Promise<boolean> {
    const { reader, accumulators } = this.#options;
    const batches = await reader.read(this.#read, READ_BYTES);
    if (batches.length === 0) return false;
    const decided = await this.#decide(batches, runner);
    for (const [index, outcome] of decided.entries()) {
      const batch = batches[index];
      if (batch && batch.origin === undefined) this.#closePartition(runner.dataSplit(batch.arrivalMs));
      this.#count(outcome);
      for (const group of outcome.groups) {
        this.#warnOfDoubleCompression(group, runner);
        accumulators.add(group, runner);
      }
      this.#read = outcome.nextOffset;
    }
    reader.recycle(batches);
    return true;
  }

  /** Outcomes in log order, staged when they cannot be derived again. Batches of one read share their syncs. */
  async #decide(batches: readonly Batch[], runner: PlanRunner): Promise<OutcomeBatch[]> {
    const { contextFor } = this.#options;
    const context = contextFor(runner);
    const decided: OutcomeBatch[] = [];
    for (const batch of batches) decided.push(await outcomesOf(this.#unread(batch), runner, context));
    if (isPure(runner.processors)) return decided;
    const staging = await this.#options.staging();
    return staging.append(decided, context.signal);
  }

  /** The part of a batch at or beyond the read position: a first read may begin inside a batch. */
  #unread(batch: Batch): Batch {
    const skip = Math.max(0, this.#read - batch.firstOffset);
    return skip === 0
      ? batch
      : { ...batch, ...sliceRecords(batch, skip, recordCount(batch)), firstOffset: batch.firstOffset + skip };
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

  /** Arrival never falls, so once it has moved on to the next hour nothing more can come for the one before. */
  #closePartition(split: string): void {
    if (split === this.#lastSplit) return;
    if (this.#lastSplit !== undefined) {
      const closed = this.#lastSplit;
      this.#options.accumulators.sealAll("partition-closed", ({ key }) => key.kind === "data" && key.split === closed);
    }
    this.#lastSplit = split;
  }
}

export interface StageOneOptions {
  readonly stream: string;
  readonly delivery: string;
  readonly reader: LogReader;
  readonly accumulators: AccumulatorSet;
  readonly telemetry: Telemetry;
  readonly readPosition: number;
  readonly counters: CutCounters;
  readonly contextFor: (runner: PlanRunner) => OutcomeContext;
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
