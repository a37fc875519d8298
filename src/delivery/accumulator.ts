import { DRAIN_BYTES, type ParcelEncoder } from "../formats/format.ts";
import type { RollCause } from "../model/delivery-definition.ts";
import { offsetAt } from "../model/identified-records.ts";
import { recordCount } from "../model/records.ts";
import { appendCrc32 } from "../std/crc32.ts";
import type { AccumulatorKey, AccumulatorRecord, Plan } from "./journal/journal-records.ts";
import type { OutcomeGroup } from "./outcome-group.ts";
import type { ParcelFile } from "./parcel-file.ts";
import type { RecordPlaces } from "./record-places.ts";

/**
 * Gathers the records of one key until a limit is due. Holds no more than a chunk of them in memory: what has gathered is
 * encoded as it comes and spills into the parcel file, so that a roll has little left to do.
 */
export class Accumulator {
  readonly id: number;
  readonly key: AccumulatorKey;
  readonly encoder: ParcelEncoder;
  readonly file: ParcelFile;
  /** Present where the format may refuse records. */
  readonly places: RecordPlaces | undefined;
  /** The plan that would name it now; moves to a newer one when that names the same key. */
  plan: Plan;
  /** Set once a limit is due: the next cut turns it into an intent. */
  rollCause: RollCause | undefined;
  /** Changed since the last cut. */
  dirty = true;
  firstOffset = -1;
  lastOffset = -1;
  records = 0;
  bytes = 0;
  oldestMs = Number.POSITIVE_INFINITY;
  newestMs = 0;
  oldestEventMs: number | undefined;
  digest = 0;
  stagingFrom: number | undefined;
  readonly openedAt: number;
  /** Monotonic; for age and idle limits. */
  readonly openedAtMonotonic: number;
  lastAddedMonotonic: number;
  #draining: Promise<void> | undefined;

  constructor(start: AccumulatorStart) {
    this.id = start.id;
    this.key = start.key;
    this.plan = start.plan;
    this.encoder = start.encoder;
    this.file = start.file;
    this.places = start.places;
    this.openedAt = start.openedAt;
    this.openedAtMonotonic = start.openedAtMonotonic;
    this.lastAddedMonotonic = start.lastAddedMonotonic;
  }

  add(group: OutcomeGroup, nowMonotonic: number): void {
    const { records, offsets, identities } = group;
    const count = recordCount(records);
    if (this.records === 0) this.firstOffset = offsetAt(offsets, 0);
    this.lastOffset = offsetAt(offsets, count - 1);
    this.records += count;
    this.bytes += records.bytes.length;
    this.oldestMs = Math.min(this.oldestMs, group.oldestMs);
    this.newestMs = Math.max(this.newestMs, group.newestMs);
    if (group.oldestEventMs !== undefined) {
      this.oldestEventMs = Math.min(this.oldestEventMs ?? group.oldestEventMs, group.oldestEventMs);
    }
    this.digest = appendCrc32(this.digest, records.bytes, records.crc);
    this.stagingFrom ??= group.stagingOffset;
    this.lastAddedMonotonic = nowMonotonic;
    this.dirty = true;
    const arrivalsMs = group.arrivalsMs ?? group.oldestMs;
    this.places?.add(offsets, count, arrivalsMs);
    this.encoder.add(records, arrivalsMs, { offsets, identities });
  }

  get wantsDrain(): boolean {
    return this.encoder.heldBytes >= DRAIN_BYTES;
  }

  get draining(): boolean {
    return this.#draining !== undefined;
  }

  /** Encodes what is held; joins a drain that is under way. */
  drain(): Promise<void> {
    this.#draining ??= this.encoder.drain().finally(() => {
      this.#draining = undefined;
    });
    return this.#draining;
  }

  record(): AccumulatorRecord {
    return {
      id: this.id,
      key: this.key,
      plan: this.plan.number,
      firstOffset: this.firstOffset,
      lastOffset: this.lastOffset,
      records: this.records,
      bytes: this.bytes,
      oldestMs: this.oldestMs,
      newestMs: this.newestMs,
      ...(this.oldestEventMs === undefined ? {} : { oldestEventMs: this.oldestEventMs }),
      openedAt: this.openedAt,
      digest: this.digest,
      ...(this.stagingFrom === undefined ? {} : { stagingFrom: this.stagingFrom }),
      ...(this.rollCause === undefined ? {} : { rollCause: this.rollCause }),
    };
  }
}

/** What an accumulator writes with. */
export type ParcelTools = Pick<Accumulator, "encoder" | "file" | "places">;

export interface AccumulatorStart extends ParcelTools {
  readonly id: number;
  readonly key: AccumulatorKey;
  readonly plan: Plan;
  readonly openedAt: number;
  readonly openedAtMonotonic: number;
  readonly lastAddedMonotonic: number;
}
