import { serializeErrorRecord } from "../model/error-record.ts";
import { arrivalOf, type Batch, packRecords, recordAt, recordCount } from "../model/records.ts";
import type { KeptOutcome, Outcome, ProcessorBatch, RejectedOutcome } from "../processors/processor.ts";
import type { OutcomeGroup } from "./accumulator.ts";
import { type AccumulatorKey, keyText } from "./journal/journal-records.ts";
import type { PlanRunner } from "./plan-runner.ts";

/** What stage one said of one batch: records grouped by where they gather, and how many went nowhere. */
export interface OutcomeBatch {
  readonly firstOffset: number;
  /** One past the last offset that it covers. */
  readonly nextOffset: number;
  readonly groups: readonly OutcomeGroup[];
  readonly read: number;
  readonly dropped: number;
  readonly rejected: readonly { readonly errorType: string; readonly code: string }[];
}

export interface OutcomeContext {
  readonly streamUid: string;
  readonly deliveryId: string;
  /** When the last attempt at a record ended. Pure chains say its arrival, so that deriving again gives the same bytes. */
  readonly attemptEndingMs: (batch: Batch) => number;
  readonly signal: AbortSignal;
}

export async function outcomesOf(batch: Batch, runner: PlanRunner, context: OutcomeContext): Promise<OutcomeBatch> {
  const count = recordCount(batch);
  const range = { firstOffset: batch.firstOffset, nextOffset: batch.firstOffset + count };
  const addressed = batch.onlyDelivery === undefined || batch.onlyDelivery === context.deliveryId;
  if (!addressed) return { ...range, groups: [], read: 0, dropped: 0, rejected: [] };
  const untouched = runner.processors.length === 0 || batch.origin?.stage === "delivery";
  if (untouched && batch.origin === undefined) return { ...range, ...wholeBatch(batch, runner, count) };
  const outcomes = untouched ? keptAsTheyAre(batch) : await runChain(batch, runner, context.signal);
  return { ...range, ...groupOutcomes(batch, outcomes, runner, context), read: count };
}

/** The usual case: all records share one arrival, so the batch travels on as it is, without an object per record. */
function wholeBatch(batch: Batch, runner: PlanRunner, count: number): Omit<OutcomeBatch, "firstOffset" | "nextOffset"> {
  const key: AccumulatorKey = { kind: "data", split: runner.dataSplit(batch.arrivalMs) };
  const group: OutcomeGroup = {
    key,
    records: batch,
    offsets: { first: batch.firstOffset },
    oldestMs: batch.arrivalMs,
    newestMs: batch.arrivalMs,
  };
  return { groups: [group], read: count, dropped: 0, rejected: [] };
}

async function runChain(batch: Batch, runner: PlanRunner, signal: AbortSignal): Promise<readonly Outcome[]> {
  let passing: ProcessorBatch = { source: batch, outcomes: keptAsTheyAre(batch) };
  for (const processor of runner.processors) passing = await processor.process(passing, signal);
  return passing.outcomes;
}

function keptAsTheyAre(batch: Batch): KeptOutcome[] {
  return Array.from(batch.ends, (_, index) => ({ result: "kept", index, bytes: recordAt(batch, index) }));
}

interface Gathering {
  readonly key: AccumulatorKey;
  readonly records: Buffer[];
  readonly offsets: number[];
  oldestMs: number;
  newestMs: number;
}

function groupOutcomes(batch: Batch, outcomes: readonly Outcome[], runner: PlanRunner, context: OutcomeContext) {
  const gatherings = new Map<string, Gathering>();
  const rejected: { errorType: string; code: string }[] = [];
  let dropped = 0;
  for (const outcome of outcomes) {
    if (outcome.result === "dropped") {
      dropped++;
      continue;
    }
    if (outcome.result === "rejected") rejected.push({ errorType: outcome.errorType, code: outcome.code });
    const arrivalMs = arrivalOf(batch, outcome.index);
    const bytes = outcome.result === "kept" ? outcome.bytes : errorLine(batch, outcome, context);
    gather(gatherings, keyOf(outcome, arrivalMs, runner), bytes, batch.firstOffset + outcome.index, arrivalMs);
  }
  const groups = Array.from(gatherings.values(), ({ key, records, offsets, oldestMs, newestMs }) => ({
    key,
    records: packRecords(records),
    offsets: { each: offsets },
    oldestMs,
    newestMs,
  }));
  return { groups, dropped, rejected };
}

function gather(
  gatherings: Map<string, Gathering>,
  key: AccumulatorKey,
  bytes: Buffer,
  offset: number,
  arrivalMs: number,
): void {
  const text = keyText(key);
  let gathering = gatherings.get(text);
  if (gathering === undefined) {
    gathering = { key, records: [], offsets: [], oldestMs: arrivalMs, newestMs: arrivalMs };
    gatherings.set(text, gathering);
  }
  gathering.records.push(bytes);
  gathering.offsets.push(offset);
  gathering.oldestMs = Math.min(gathering.oldestMs, arrivalMs);
  gathering.newestMs = Math.max(gathering.newestMs, arrivalMs);
}

function keyOf(outcome: KeptOutcome | RejectedOutcome, arrivalMs: number, runner: PlanRunner): AccumulatorKey {
  if (outcome.result === "rejected") {
    return { kind: "error", split: runner.errorSplit(arrivalMs), errorType: outcome.errorType };
  }
  const values = outcome.partitionValues;
  return { kind: "data", split: runner.dataSplit(arrivalMs), ...(values ? { values } : {}) };
}

function errorLine(batch: Batch, outcome: RejectedOutcome, context: OutcomeContext): Buffer {
  const origin = batch.origin;
  const record = {
    bytes: recordAt(batch, outcome.index),
    code: outcome.code,
    message: outcome.message,
    attempts: outcome.attempts,
    arrivalMs: arrivalOf(batch, outcome.index),
    attemptEndingMs: context.attemptEndingMs(batch),
    ...(outcome.details ? { details: outcome.details } : {}),
    streamUid: origin?.streamUid ?? context.streamUid,
    deliveryId: context.deliveryId,
    offset: origin?.offsets[outcome.index] ?? batch.firstOffset + outcome.index,
    stage: "processors" as const,
  };
  return serializeErrorRecord(record, outcome.errorType);
}
