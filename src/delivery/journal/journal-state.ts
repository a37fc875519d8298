import { parcelIdsIn } from "../../model/object-name.ts";
import { invariant } from "../../std/assert.ts";
import {
  type AccumulatorRecord,
  type CarriedRecord,
  type CutCounters,
  type CutRecord,
  type EncodedChild,
  type EncodedRecord,
  type Intent,
  JOURNAL_FORMAT,
  type JournalRecord,
  keyText,
  type LandedObject,
  type OpenRecord,
  type Plan,
  type ReceiptRecord,
} from "./journal-records.ts";

/** All that is durably known of a delivery: the fold of its journal. Live code and recovery share this one fold. */
export class JournalState {
  open: OpenRecord | undefined;
  epoch = 0;
  plans = new Map<number, Plan>();
  readPosition = 0;
  stagingEnd = 0;
  stagingVoids: { readonly from: number; readonly to: number }[] = [];
  /** As of the last cut. */
  accumulators = new Map<number, AccumulatorRecord>();
  /** Intents without a receipt, by parcel id, in the order of their ordinals, children behind the parcels they met. */
  parcels = new Map<string, OpenParcel>();
  /** What landed and the catalog does not know yet, by parcel id, in the order of the receipts. */
  unregistered = new Map<string, LandedObject>();
  counters: CutCounters = { read: 0, kept: 0, dropped: 0, rejected: 0 };
  deliveredRecords = 0;
  erroredRecords = 0;
  nextOrdinal = 0;
  nextAccumulatorId = 0;
  wallClockFiredMs = 0;
  /** Where the last parcel of a key ended; kept while offsets that low can still be read again. */
  #lastTo = new Map<string, number>();

  fold(record: JournalRecord): void {
    invariant(this.open !== undefined || record.type === "open", "a journal begins with its open record");
    switch (record.type) {
      case "open":
        this.#foldOpen(record);
        break;
      case "owner":
        invariant(record.epoch > this.epoch, "epochs rise");
        this.epoch = record.epoch;
        if (record.stagingVoid) this.stagingVoids.push(record.stagingVoid);
        break;
      case "plan":
        this.plans.set(record.plan.number, record.plan);
        break;
      case "cut":
        this.#foldCut(record);
        break;
      case "encoded":
        this.#foldEncoded(record);
        break;
      case "attempt":
        this.#parcel(record.parcelId).uploadIds.push(record.uploadId);
        break;
      case "receipt":
        this.#foldReceipt(record);
        break;
      case "registered":
        for (const parcelId of record.parcelIds) this.unregistered.delete(parcelId);
        break;
      case "landed":
        for (const object of record.objects) this.unregistered.set(object.parcelId, object);
        break;
      case "carried":
        this.#foldCarried(record);
    }
  }

  /** Whether a parcel of this name waits for its receipt, or for the catalog. Asked of each object of a bucket. */
  isOpen(name: string): boolean {
    for (const id of parcelIdsIn(name)) {
      if ((this.parcels.get(id)?.intent ?? this.unregistered.get(id))?.name === name) return true;
    }
    // The signal of a completed day is the one name without an id, and seldom under way.
    for (const { intent } of this.parcels.values()) {
      if (intent.key.kind === "manifest" && intent.name === name) return true;
    }
    return false;
  }

  /** The plan that records at `offset` follow. */
  planAt(offset: number): Plan {
    let found: Plan | undefined;
    for (const plan of this.plans.values()) {
      if (plan.position <= offset && (found === undefined || plan.number > found.number)) found = plan;
    }
    invariant(found !== undefined, `a plan covers offset ${offset}`);
    return found;
  }

  get newestPlan(): Plan | undefined {
    return [...this.plans.values()].at(-1);
  }

  /** Smallest offset whose record is neither landed nor dropped nor in named staging (rule H12). */
  get hold(): number {
    let hold = this.readPosition;
    for (const parcel of this.parcels.values()) hold = Math.min(hold, holdOf(parcel.intent, parcel.intent.from + 1));
    for (const accumulator of this.accumulators.values())
      hold = Math.min(hold, holdOf(accumulator, accumulator.firstOffset));
    return hold;
  }

  /** Smallest staging offset that may still be read again. */
  get stagingHold(): number {
    let hold = this.stagingEnd;
    for (const { intent } of this.parcels.values()) hold = Math.min(hold, intent.stagingFrom ?? hold);
    for (const accumulator of this.accumulators.values()) hold = Math.min(hold, accumulator.stagingFrom ?? hold);
    return hold;
  }

  /** The records of a fresh journal that folds to this state. */
  snapshot(): JournalRecord[] {
    invariant(this.open !== undefined, "only an opened journal can be copied");
    const parcels = [...this.parcels.values()];
    this.#dropStalePlans(this.hold);
    return [
      this.open,
      { type: "owner", epoch: this.epoch },
      ...[...this.plans.values()].map((plan) => ({ type: "plan" as const, plan })),
      {
        type: "cut",
        readPosition: this.readPosition,
        stagingEnd: this.stagingEnd,
        accumulators: [...this.accumulators.values()],
        intents: parcels.map((parcel) => parcel.intent),
        counters: this.counters,
        wallClockFiredMs: this.wallClockFiredMs,
      },
      ...parcels.flatMap((parcel) => parcelRecords(parcel)),
      ...(this.unregistered.size === 0 ? [] : [landedRecord(this.unregistered)]),
      {
        type: "carried",
        deliveredRecords: this.deliveredRecords,
        erroredRecords: this.erroredRecords,
        nextOrdinal: this.nextOrdinal,
        nextAccumulatorId: this.nextAccumulatorId,
        stagingVoids: this.stagingVoids,
      },
    ];
  }

  #foldOpen(record: OpenRecord): void {
    invariant(this.open === undefined, "a journal has one open record");
    invariant(record.journalFormat === JOURNAL_FORMAT, `journal format ${record.journalFormat} is known`);
    this.open = record;
    this.readPosition = record.startPosition;
    this.wallClockFiredMs = record.at;
  }

  #foldCut(cut: CutRecord): void {
    invariant(cut.readPosition >= this.readPosition, "the read position never falls");
    invariant(cut.stagingEnd >= this.stagingEnd, "named staging never shrinks");
    for (const accumulator of cut.accumulators) {
      this.accumulators.set(accumulator.id, accumulator);
      this.nextAccumulatorId = Math.max(this.nextAccumulatorId, accumulator.id + 1);
    }
    for (const intent of cut.intents) this.#foldIntent(intent);
    this.readPosition = cut.readPosition;
    this.stagingEnd = cut.stagingEnd;
    this.counters = cut.counters;
    this.wallClockFiredMs = cut.wallClockFiredMs ?? this.wallClockFiredMs;
    this.#forgetBelowHold();
  }

  #foldIntent(intent: Intent): void {
    if (intent.parent !== undefined) {
      this.#foldChild(intent, undefined);
      return;
    }
    invariant(intent.ordinal >= this.nextOrdinal, "ordinals rise");
    const key = keyText(intent.key);
    invariant(intent.from >= (this.#lastTo.get(key) ?? -1), `parcels of ${key} do not overlap`);
    invariant(!this.parcels.has(intent.parcelId), "a parcel has one intent");
    this.nextOrdinal = intent.ordinal + 1;
    this.nextAccumulatorId = Math.max(this.nextAccumulatorId, intent.accumulatorId + 1);
    this.accumulators.delete(intent.accumulatorId);
    if (intent.key.kind !== "manifest") this.#lastTo.set(key, intent.to);
    this.parcels.set(intent.parcelId, openParcel(intent, undefined));
  }

  /** A child has the ordinal and the range of its parent, and lands by itself. */
  #foldChild(intent: Intent, encoded: EncodedRecord | undefined): void {
    invariant(!this.parcels.has(intent.parcelId), "a parcel has one intent");
    this.parcels.set(intent.parcelId, openParcel(intent, encoded));
  }

  #foldEncoded({ children = [], ...encoded }: EncodedRecord): void {
    const parcel = this.#parcel(encoded.parcelId);
    const before = parcel.encoded?.rejects;
    invariant(
      parcel.encoded === undefined || children.length === 0,
      "a parcel has its children from its first encoding",
    );
    invariant(parcel.encoded === undefined || before?.digest === encoded.rejects?.digest, "encoding refuses the same");
    if (parcel.encoded) parcel.encodedBefore.push(parcel.encoded);
    parcel.encoded = encoded;
    for (const child of children) this.#foldWrittenChild(child);
  }

  #foldWrittenChild({ intent, file, bytes, checksum }: EncodedChild): void {
    this.#foldChild(intent, { type: "encoded", parcelId: intent.parcelId, file, bytes, checksum });
  }

  #foldReceipt(receipt: ReceiptRecord): void {
    const { intent, encoded } = this.#parcel(receipt.parcelId);
    invariant(receipt.epoch === this.epoch, "receipts are written by the newest owner only");
    this.parcels.delete(receipt.parcelId);
    const landed = intent.records - (encoded?.rejects?.records ?? 0);
    const { refused = 0, children = [] } = receipt;
    if (intent.key.kind === "data") this.deliveredRecords += landed - refused;
    if (intent.key.kind === "error") this.erroredRecords += intent.records;
    for (const child of children) this.#foldWrittenChild(child);
    // What was given up in a form of the target's own is where people look for errors.
    if (children.length === 0) this.erroredRecords += refused;
    const { definition } = this.plans.get(intent.plan) ?? {};
    if (definition === undefined || intent.key.kind !== "data" || receipt.outcome === "empty") return;
    const { table, target } = definition;
    // Records one by one are no object that anybody could be told of.
    if (definition.errorType !== undefined) return;
    const { parcelId, bytes, etag } = receipt;
    const object = { parcelId, target, name: intent.name, records: landed, bytes, etag };
    this.unregistered.set(parcelId, table === undefined ? object : { ...object, table });
  }

  #foldCarried(carried: CarriedRecord): void {
    this.deliveredRecords = carried.deliveredRecords;
    this.erroredRecords = carried.erroredRecords;
    this.nextOrdinal = carried.nextOrdinal;
    this.nextAccumulatorId = carried.nextAccumulatorId;
    this.stagingVoids = [...carried.stagingVoids];
  }

  #parcel(parcelId: string): OpenParcel {
    const parcel = this.parcels.get(parcelId);
    invariant(parcel !== undefined, `parcel ${parcelId} has an intent and no receipt yet`);
    return parcel;
  }

  #forgetBelowHold(): void {
    const hold = this.hold;
    for (const [key, to] of this.#lastTo) if (to < hold) this.#lastTo.delete(key);
    const stagingHold = this.stagingHold;
    this.stagingVoids = this.stagingVoids.filter((gap) => gap.to > stagingHold);
  }

  /** Plans stay as long as an accumulator, a parcel or a position that may be read again follows them. */
  #dropStalePlans(hold: number): void {
    const needed = new Set<number>();
    for (const { intent } of this.parcels.values()) needed.add(intent.plan);
    for (const accumulator of this.accumulators.values()) needed.add(accumulator.plan);
    const atHold = this.planAt(hold).number;
    for (const number of this.plans.keys()) if (number < atHold && !needed.has(number)) this.plans.delete(number);
  }
}

export interface OpenParcel {
  readonly intent: Intent;
  encoded: EncodedRecord | undefined;
  /** Files that were lost: an attempt with their bytes may have landed. */
  readonly encodedBefore: EncodedRecord[];
  readonly uploadIds: string[];
}

function openParcel(intent: Intent, encoded: EncodedRecord | undefined): OpenParcel {
  return { intent, encoded, encodedBefore: [], uploadIds: [] };
}

/** With staging the log itself is needed only beyond the read position; without, from the first offset on. */
function holdOf(item: { readonly stagingFrom?: number }, firstOffset: number): number {
  return item.stagingFrom === undefined ? firstOffset : Number.POSITIVE_INFINITY;
}

function landedRecord(unregistered: ReadonlyMap<string, LandedObject>): JournalRecord {
  return { type: "landed", objects: [...unregistered.values()] };
}

function parcelRecords(parcel: OpenParcel): JournalRecord[] {
  const parcelId = parcel.intent.parcelId;
  const attempts = parcel.uploadIds.map((uploadId, index) => ({
    type: "attempt" as const,
    parcelId,
    attempt: index + 1,
    uploadId,
  }));
  return [...parcel.encodedBefore, ...(parcel.encoded ? [parcel.encoded] : []), ...attempts];
}
