import { serializeErrorRecord } from "../model/error-record.ts";
import type { RecordIdentity } from "../model/identified-records.ts";
import { arrivalOf, type Batch, recordAt, recordCount } from "../model/records.ts";
import type { KeptOutcome, Outcome, RejectedOutcome } from "../processors/processor.ts";
import { askChain, type ChainContext } from "./ask-chain.ts";
import { Gathering, type PackedGroups, packGatherings } from "./gathering.ts";
import type { AccumulatorKey } from "./journal/journal-records.ts";
import type { OutcomeGroup } from "./outcome-group.ts";
import { PARTITION_LIMIT_EXCEEDED, type Place, type Refusal } from "./partition.ts";
import type { PlanRunner } from "./plan-runner.ts";
import { type AskedBatch, outcomesIn, type Run, rangeOf, runsOf, staysWhole } from "./runs.ts";

/** What stage one said of one run of batches: records grouped by where they gather, and how many went nowhere. */
export interface OutcomeBatch extends PackedGroups {
  readonly firstOffset: number;
  /** One past the last offset that it covers. */
  readonly nextOffset: number;
  /** When its newest batch arrived; absent for redriven records, and when outcomes are read again. */
  readonly arrivalMs?: number;
  readonly read: number;
  readonly dropped: number;
  readonly rejected: readonly { readonly errorType: string; readonly code: string }[];
}

export interface OutcomeContext extends ChainContext {
  readonly streamUid: string;
  /** When the last attempt at a record ended. Pure chains say its arrival, so that deriving again gives the same bytes. */
  readonly attemptEndingMs: (batch: Batch) => number;
  /** Whether one more partition may be active; absent when outcomes are derived again, where no limit was. */
  readonly admits?: (key: AccumulatorKey, activeMax: number | undefined) => boolean;
}

/** Outcomes of one batch that is read again. */
export async function outcomesOf(batch: Batch, runner: PlanRunner, context: OutcomeContext): Promise<OutcomeBatch> {
  return sortRun([{ batch, asked: await askChain(batch, runner, context) }], runner, context);
}

/** Sorts what the chain has said of a read by where it gathers. In log order: what one batch adds counts for the next. */
export function sortOutcomes(read: readonly AskedBatch[], runner: PlanRunner, context: OutcomeContext): OutcomeBatch[] {
  return Array.from(runsOf(read, runner), (run) => sortRun(run, runner, context));
}

function sortRun(run: Run, runner: PlanRunner, context: OutcomeContext): OutcomeBatch {
  const [{ batch, asked }] = run;
  if (asked === "not addressed") {
    return { ...rangeOf(run), ...packGatherings([]), read: 0, dropped: 0, rejected: [] };
  }
  if (staysWhole(asked, runner)) return { ...rangeOf(run), ...wholeBatch(batch, runner) };
  const sorting = new Sorting(runner, context);
  for (const one of run) sorting.add(one.batch, outcomesIn(one));
  return { ...rangeOf(run), ...sorting.end() };
}

/** The usual case: all records share one arrival, so the batch travels on as it is, without an object per record. */
function wholeBatch(batch: Batch, runner: PlanRunner) {
  const key: AccumulatorKey = { kind: "data", split: runner.places.dataSplit(batch.arrivalMs) };
  const group: OutcomeGroup = {
    key,
    records: batch,
    offsets: { first: batch.firstOffset },
    oldestMs: batch.arrivalMs,
    newestMs: batch.arrivalMs,
  };
  return { groups: [group], bytes: batch.bytes, read: recordCount(batch), dropped: 0, rejected: [] };
}

/** A partition that may not gather, because too many others do. */
const NOT_ADMITTED: Refusal = {
  code: PARTITION_LIMIT_EXCEEDED,
  message: "The number of active partitions has reached its limit, and this record belongs to another one",
};

/** Groups of a run in the making. */
class Sorting {
  readonly #runner: PlanRunner;
  readonly #context: OutcomeContext;
  readonly #showsEvents: boolean;
  readonly #gatherings = new Map<Place, Gathering | Refusal>();
  readonly #rejected: { errorType: string; code: string }[] = [];
  #read = 0;
  #dropped = 0;

  constructor(runner: PlanRunner, context: OutcomeContext) {
    this.#runner = runner;
    this.#context = context;
    this.#showsEvents = runner.plan.definition.partition?.eventTime !== undefined;
    runner.places.tidy();
  }

  add(batch: Batch, outcomes: readonly Outcome[]): void {
    const { places } = this.#runner;
    this.#read += recordCount(batch);
    for (const outcome of outcomes) {
      if (outcome.result === "dropped") this.#dropped++;
      else if (outcome.result === "rejected") this.#reject(batch, outcome);
      else {
        const arrivalMs = arrivalOf(batch, outcome.index);
        const place = places.of(outcome, arrivalMs);
        const gathering = "key" in place ? this.#gatheringOf(place) : place;
        if (gathering instanceof Gathering) {
          const eventMs = this.#showsEvents ? (outcome.eventTimeMs ?? arrivalMs) : undefined;
          const { index } = outcome;
          gathering.add(
            outcome.bytes,
            batch.firstOffset + index,
            arrivalMs,
            eventMs,
            this.#firstIdentity(batch, index),
          );
        } else this.#reject(batch, refusedOutcome(outcome, gathering));
      }
    }
  }

  end(): Pick<OutcomeBatch, "groups" | "bytes" | "read" | "dropped" | "rejected"> {
    const packed = packGatherings([...this.#gatherings.values()].filter((one) => one instanceof Gathering));
    return { ...packed, read: this.#read, dropped: this.#dropped, rejected: this.#rejected };
  }

  /**
   * Of records that come back from an error output behind the processors: the target may know them already. What comes
   * back before them was never there, and may be one of several parts of a record, so it is known by its new place.
   */
  #firstIdentity({ origin, firstOffset }: Batch, index: number): RecordIdentity | undefined {
    if (origin?.stage !== "delivery") return undefined;
    const offset = origin.offsets[index];
    if (offset === undefined) return { offset: firstOffset + index, piece: 0 };
    const { streamUid } = origin;
    const foreign = streamUid === this.#context.streamUid ? {} : { streamUid };
    return { ...foreign, offset, piece: origin.pieces?.[index] ?? 0 };
  }

  #reject(batch: Batch, outcome: RejectedOutcome): void {
    const { errorType, code, index } = outcome;
    this.#rejected.push({ errorType, code });
    const arrivalMs = arrivalOf(batch, index);
    const errors = this.#gatheringOf(this.#runner.places.ofError(errorType, arrivalMs)) as Gathering;
    errors.add(errorLine(batch, outcome, this.#context), batch.firstOffset + index, arrivalMs);
  }

  #gatheringOf(place: Place): Gathering | Refusal {
    let found = this.#gatherings.get(place);
    if (found === undefined) {
      found = mayGather(place, this.#runner, this.#context) ? new Gathering(place.key) : NOT_ADMITTED;
      this.#gatherings.set(place, found);
    }
    return found;
  }
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
