import { serializeErrorRecord } from "../model/error-record.ts";
import { arrivalOf, type Batch, recordAt, recordCount } from "../model/records.ts";
import type { KeptOutcome, Outcome, Processor, ProcessorBatch, RejectedOutcome } from "../processors/processor.ts";
import { Gathering, type PackedGroups, packGatherings } from "./gathering.ts";
import type { AccumulatorKey } from "./journal/journal-records.ts";
import type { OutcomeGroup } from "./outcome-group.ts";
import { PARTITION_LIMIT_EXCEEDED, type Place, type Refusal } from "./partition.ts";
import { rememberPieces } from "./pieces.ts";
import type { PlanRunner } from "./plan-runner.ts";

/** What stage one said of one batch: records grouped by where they gather, and how many went nowhere. */
export interface OutcomeBatch extends PackedGroups {
  readonly firstOffset: number;
  /** One past the last offset that it covers. */
  readonly nextOffset: number;
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
  /** Whether one more partition may be active; absent when outcomes are derived again, where no limit was. */
  readonly admits?: (key: AccumulatorKey, activeMax: number | undefined) => boolean;
}

/** What the chain says of a batch. Calls for the batches of one read overlap; nothing is grouped or counted yet. */
export async function askChain(batch: Batch, runner: PlanRunner, context: OutcomeContext): Promise<Asked> {
  if (!isAddressed(batch, context)) return "not addressed";
  const untouched = runner.processors.length === 0 || batch.origin?.stage === "delivery";
  if (!untouched) return runChain(batch, runner.processors, context.signal);
  const placing = runner.processors.filter((processor) => processor.onlyPlaces === true);
  if (placing.length > 0) return runChain(batch, placing, context.signal);
  return batch.origin === undefined ? "as they are" : keptAsTheyAre(batch);
}

/** Outcomes of a batch, or that it is for another delivery, or that nothing has to be done with it. */
export type Asked = "not addressed" | "as they are" | readonly Outcome[];

export async function outcomesOf(batch: Batch, runner: PlanRunner, context: OutcomeContext): Promise<OutcomeBatch> {
  return sortOutcomes(batch, await askChain(batch, runner, context), runner, context);
}

/** Sorts what the chain has said by where it gathers. For batches in log order: what one adds counts for the next. */
export function sortOutcomes(batch: Batch, asked: Asked, runner: PlanRunner, context: OutcomeContext): OutcomeBatch {
  const count = recordCount(batch);
  const range = { firstOffset: batch.firstOffset, nextOffset: batch.firstOffset + count };
  if (asked === "not addressed") return { ...range, ...packGatherings([]), read: 0, dropped: 0, rejected: [] };
  const simple = asked === "as they are" && runner.plan.definition.partition === undefined;
  if (simple) return { ...range, ...wholeBatch(batch, runner, count) };
  const outcomes = asked === "as they are" ? keptAsTheyAre(batch) : asked;
  return { ...range, ...groupOutcomes(batch, outcomes, runner, context), read: count };
}

function isAddressed(batch: Batch, context: OutcomeContext): boolean {
  return batch.onlyDelivery === undefined || batch.onlyDelivery === context.deliveryId;
}

/** The usual case: all records share one arrival, so the batch travels on as it is, without an object per record. */
function wholeBatch(batch: Batch, runner: PlanRunner, count: number): Omit<OutcomeBatch, "firstOffset" | "nextOffset"> {
  const key: AccumulatorKey = { kind: "data", split: runner.places.dataSplit(batch.arrivalMs) };
  const group: OutcomeGroup = {
    key,
    records: batch,
    offsets: { first: batch.firstOffset },
    oldestMs: batch.arrivalMs,
    newestMs: batch.arrivalMs,
  };
  return { groups: [group], bytes: batch.bytes, read: count, dropped: 0, rejected: [] };
}

async function runChain(
  batch: Batch,
  processors: readonly Processor[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  let passing: ProcessorBatch = { source: batch, outcomes: keptAsTheyAre(batch) };
  for (let at = 0; at < processors.length; ) {
    const neighbours = recordByRecord(processors, at);
    if (neighbours.length > 0) {
      const outcomes = passing.outcomes.map((outcome) => passEach(outcome, neighbours));
      passing = { source: batch, outcomes: rememberPieces(batch, passing.outcomes, outcomes) };
      at += neighbours.length;
    } else {
      const { outcomes } = (await processors[at++]?.process(passing, signal)) ?? passing;
      passing = { source: batch, outcomes: rememberPieces(batch, passing.outcomes, outcomes) };
    }
  }
  return passing.outcomes;
}

type Each = NonNullable<Processor["each"]>;

/** The processors from `from` on that are asked record by record. */
function recordByRecord(processors: readonly Processor[], from: number): Each[] {
  const neighbours: Each[] = [];
  for (let at = from; at < processors.length; at++) {
    const each = processors[at]?.each;
    if (each === undefined) break;
    neighbours.push(each);
  }
  return neighbours;
}

function passEach(outcome: Outcome, neighbours: readonly Each[]): Outcome {
  let passing = outcome;
  for (const each of neighbours) {
    if (passing.result !== "kept") break;
    passing = each(passing);
  }
  return passing;
}

function keptAsTheyAre(batch: Batch): KeptOutcome[] {
  const outcomes: KeptOutcome[] = [];
  for (let index = 0; index < batch.ends.length; index++) {
    outcomes.push({ result: "kept", index, bytes: recordAt(batch, index) });
  }
  return outcomes;
}

/** A partition that may not gather, because too many others do. */
const NOT_ADMITTED: Refusal = {
  code: PARTITION_LIMIT_EXCEEDED,
  message: "The number of active partitions has reached its limit, and this record belongs to another one",
};

function groupOutcomes(batch: Batch, outcomes: readonly Outcome[], runner: PlanRunner, context: OutcomeContext) {
  const { places } = runner;
  const showsEvents = runner.plan.definition.partition?.eventTime !== undefined;
  const gatherings = new Map<Place, Gathering | Refusal>();
  const rejected: { errorType: string; code: string }[] = [];
  let dropped = 0;
  places.tidy();
  const gatheringOf = (place: Place): Gathering | Refusal => {
    let found = gatherings.get(place);
    if (found === undefined) {
      found = mayGather(place, runner, context) ? new Gathering(place.key) : NOT_ADMITTED;
      gatherings.set(place, found);
    }
    return found;
  };
  for (const outcome of outcomes) {
    if (outcome.result === "dropped") {
      dropped++;
      continue;
    }
    const arrivalMs = arrivalOf(batch, outcome.index);
    const offset = batch.firstOffset + outcome.index;
    const place =
      outcome.result === "kept" ? places.of(outcome, arrivalMs) : places.ofError(outcome.errorType, arrivalMs);
    const gathering = "key" in place ? gatheringOf(place) : place;
    if (outcome.result === "kept" && gathering instanceof Gathering) {
      gathering.add(outcome.bytes, offset, arrivalMs, showsEvents ? (outcome.eventTimeMs ?? arrivalMs) : undefined);
      continue;
    }
    const refused = outcome.result === "rejected" ? outcome : refusedOutcome(outcome, gathering as Refusal);
    rejected.push({ errorType: refused.errorType, code: refused.code });
    const errors = gatheringOf(places.ofError(refused.errorType, arrivalMs)) as Gathering;
    errors.add(errorLine(batch, refused, context), offset, arrivalMs, undefined);
  }
  const packed = packGatherings([...gatherings.values()].filter((one) => one instanceof Gathering));
  return { ...packed, dropped, rejected };
}

function mayGather({ key }: Place, runner: PlanRunner, context: OutcomeContext): boolean {
  if (key.kind === "error" || context.admits === undefined) return true;
  return context.admits(key, runner.plan.definition.partition?.activeMax);
}

/** A record whose partition cannot be found or may not be opened (reference 4.4). */
function refusedOutcome({ index, piece }: KeptOutcome, { code, message }: Refusal): RejectedOutcome {
  const part = piece === undefined ? {} : { bytes: piece };
  return { result: "rejected", index, errorType: "processing-failed", code, message, attempts: 1, ...part };
}

function errorLine(batch: Batch, outcome: RejectedOutcome, context: OutcomeContext): Buffer {
  const origin = batch.origin;
  const record = {
    bytes: outcome.bytes ?? recordAt(batch, outcome.index),
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
