import { invariant } from "../std/assert.ts";
import type { Accumulator } from "./accumulator.ts";
import type { Journal } from "./journal/journal.ts";
import {
  type AccumulatorKey,
  type CutCounters,
  type CutRecord,
  type Intent,
  keyText,
  type OpenRecord,
} from "./journal/journal-records.ts";
import { parcelId, parcelName } from "./naming.ts";
import type { PlanRunner } from "./plan-runner.ts";
import type { DaySignal } from "./wall-clock.ts";

/** Everything that one cut ties together, as stage one has it in hand. */
export interface CutInput {
  readonly readPosition: number;
  readonly stagingEnd: number;
  readonly counters: CutCounters;
  readonly open: Iterable<Accumulator>;
  readonly due: readonly Accumulator[];
  readonly stillDue: readonly Accumulator[];
  readonly runnerOf: (accumulator: Accumulator) => PlanRunner;
  readonly day?: DaySignal;
}

export interface WrittenCut {
  readonly record: CutRecord;
  /** In the order of the due accumulators they came from. */
  readonly intents: readonly Intent[];
  readonly manifest: Intent | undefined;
}

/** Freezes intents for the due accumulators and makes the cut durable. Nothing of its parcels may leave before. */
export async function writeCut(journal: Journal, input: CutInput, signal: AbortSignal): Promise<WrittenCut> {
  let ordinal = journal.state.nextOrdinal;
  const intents = input.due.map((accumulator) =>
    intentOf(journal, accumulator, input.runnerOf(accumulator), ordinal++),
  );
  const manifest = input.day ? manifestOf(journal, input, input.day, ordinal) : undefined;
  const dirty = [...input.open, ...input.stillDue].filter((accumulator) => accumulator.dirty);
  const record: CutRecord = {
    type: "cut",
    readPosition: input.readPosition,
    stagingEnd: input.stagingEnd,
    accumulators: dirty.map((accumulator) => accumulator.record()),
    intents: manifest ? [...intents, manifest] : intents,
    counters: input.counters,
    ...(input.day ? { wallClockFiredMs: input.day.firedMs } : {}),
  };
  for (const accumulator of dirty) accumulator.dirty = false;
  await journal.append(record, signal);
  return { record, intents, manifest };
}

function intentOf(journal: Journal, accumulator: Accumulator, runner: PlanRunner, ordinal: number): Intent {
  const open = opened(journal);
  const from = accumulator.firstOffset - 1;
  const id = parcelId(open, keyText(accumulator.key), from, accumulator.lastOffset);
  const { format, compression } = runner.encoding(accumulator.key);
  const extension = format.extension(compression);
  return {
    parcelId: id,
    ordinal,
    accumulatorId: accumulator.id,
    key: accumulator.key,
    from,
    to: accumulator.lastOffset,
    records: accumulator.records,
    bytes: accumulator.bytes,
    oldestMs: accumulator.oldestMs,
    newestMs: accumulator.newestMs,
    digest: accumulator.digest,
    plan: runner.plan.number,
    name: parcelName(runner.plan, runner.naming, id, accumulator.key, accumulator, extension),
    cause: accumulator.rollCause ?? "flush",
    ...(accumulator.stagingFrom === undefined ? {} : { stagingFrom: accumulator.stagingFrom }),
  };
}

/** The `_SUCCESS` of a day: an empty parcel that follows all parcels before it. */
function manifestOf(journal: Journal, input: CutInput, day: DaySignal, ordinal: number): Intent {
  const open = opened(journal);
  const key: AccumulatorKey = { kind: "manifest", split: day.day };
  const at = input.readPosition - 1;
  return {
    parcelId: parcelId(open, keyText(key), day.firedMs, day.firedMs),
    ordinal,
    accumulatorId: -1,
    key,
    from: at,
    to: at,
    records: 0,
    bytes: 0,
    oldestMs: day.firedMs,
    newestMs: day.firedMs,
    digest: 0,
    plan: day.planNumber,
    name: day.name,
    cause: "wall-clock",
  };
}

function opened(journal: Journal): OpenRecord {
  const { open } = journal.state;
  invariant(open !== undefined, "a cut is written to an opened journal");
  return open;
}
