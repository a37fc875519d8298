import type { ComponentSpec, DeliveryDefinition, RollCause } from "../../model/delivery-definition.ts";
import type { TableReference } from "../../model/schema/table-reference.ts";

/**
 * What a delivery remembers, one JSON object per journal frame. Laws, checked when records are folded: a parcel has one
 * intent and at most one receipt; an accumulator key's ranges never overlap; ordinals rise; a receipt is written
 * only under the newest epoch. Folding any prefix of a journal gives a valid state.
 */
export type JournalRecord =
  | OpenRecord
  | OwnerRecord
  | PlanRecord
  | CutRecord
  | EncodedRecord
  | AttemptRecord
  | ReceiptRecord
  | RegisteredRecord
  | LandedRecord
  | CarriedRecord;

export const JOURNAL_FORMAT = 1;

/** The first record of every generation: whose journal this is. */
export interface OpenRecord {
  readonly type: "open";
  readonly journalFormat: number;
  readonly logIncarnation: string;
  readonly streamUid: string;
  readonly deliveryId: string;
  readonly replayId?: string;
  readonly partition: number;
  readonly startPosition: number;
  /** Wall clock of the first start: no wall-clock roll before it is owed. */
  readonly at: number;
}

/** Written and synced before a new process has any effect outside. */
export interface OwnerRecord {
  readonly type: "owner";
  readonly epoch: number;
  /** Staging frames of the previous epoch from here (inclusive) to there (exclusive) are named by no cut: void. */
  readonly stagingVoid?: { readonly from: number; readonly to: number };
}

/** A definition that takes effect at a position: records at or beyond it follow it. */
export interface PlanRecord {
  readonly type: "plan";
  readonly plan: Plan;
}

export interface Plan {
  readonly number: number;
  readonly versionId: string;
  readonly position: number;
  readonly streamName: string;
  readonly definition: DeliveryDefinition;
  /** Whether outcomes may be derived from the log again; computed by the registry, never claimed by a user. */
  readonly pure: boolean;
  /** The format as the stream declares it, where the definition here has what was learned from records since. */
  readonly declaredFormat?: ComponentSpec;
}

/**
 * Ties read position, synced staging, open accumulators and new intents together. Only after it is synced may the first
 * byte of its parcels leave.
 */
export interface CutRecord {
  readonly type: "cut";
  readonly readPosition: number;
  /** Staging frames below this offset are named; 0 where the delivery has no staging. */
  readonly stagingEnd: number;
  /** Accumulators that were opened or grew since the cut before; those that an intent closed are left out. */
  readonly accumulators: readonly AccumulatorRecord[];
  readonly intents: readonly Intent[];
  readonly counters: CutCounters;
  /** Last wall-clock instant whose roll is in this or an earlier cut. */
  readonly wallClockFiredMs?: number;
}

export interface CutCounters {
  readonly read: number;
  readonly kept: number;
  readonly dropped: number;
  readonly rejected: number;
}

export interface AccumulatorRecord {
  readonly id: number;
  readonly key: AccumulatorKey;
  readonly plan: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly records: number;
  readonly bytes: number;
  readonly oldestMs: number;
  readonly newestMs: number;
  /** Oldest event time, where timestamps of the prefix show it. */
  readonly oldestEventMs?: number;
  readonly openedAt: number;
  readonly digest: number;
  /** Lowest staging frame that holds a part of it; absent without staging. */
  readonly stagingFrom?: number;
  /** Closed to new records already, and waiting for a cut to make it a parcel. */
  readonly rollCause?: RollCause;
}

/** Where records gather. Data: by time split and values; errors: by error type; manifest: the signal of a completed day. */
export interface AccumulatorKey {
  readonly kind: "data" | "error" | "manifest";
  /** Changes with each hour (or day…) that the prefix names; empty when it names no time. */
  readonly split: string;
  readonly values?: Readonly<Record<string, string>>;
  /** Present when the event time and the arrival of its records are too far apart. */
  readonly lateness?: "late" | "future";
  readonly errorType?: string;
  /** Of rows that could not be encoded: the parcel that they were to be part of. */
  readonly parent?: string;
}

/** What will be written, frozen: no later change of the definition alters it. */
export interface Intent {
  readonly parcelId: string;
  readonly ordinal: number;
  readonly accumulatorId: number;
  readonly key: AccumulatorKey;
  /** Exclusive. Membership is key + (from, to]. */
  readonly from: number;
  readonly to: number;
  readonly records: number;
  readonly bytes: number;
  readonly oldestMs: number;
  readonly newestMs: number;
  readonly digest: number;
  readonly plan: number;
  readonly name: string;
  readonly cause: RollCause;
  readonly stagingFrom?: number;
  /** Of a child: the parcel whose encoding refused its records, so that encoding it again finds them again. */
  readonly parent?: ParentParcel;
}

export interface ParentParcel {
  readonly parcelId: string;
  readonly key: AccumulatorKey;
  readonly records: number;
  readonly digest: number;
  /** When they were refused: stands in every error record. */
  readonly encodedAt: number;
  /** Those that the target did not take, and why: places in the parcel (`places-text.ts`). In doubt: some may be there. */
  readonly refused?: { readonly places: string; readonly code: string; readonly inDoubt?: true };
}

/** The parcel's bytes are in a synced file. */
export interface EncodedRecord {
  readonly type: "encoded";
  readonly parcelId: string;
  readonly file: string;
  readonly bytes: number;
  /** CRC-32 of the file. */
  readonly checksum: number;
  /** Records that could not be encoded, and a digest of which ones: encoding again has to refuse the same. */
  readonly rejects?: { readonly records: number; readonly digest: number };
  /** Parcels of the error output with those records: in one journal record with their parent, so that none is without the other. */
  readonly children?: readonly EncodedChild[];
}

/** A child is encoded before its intent is: both are in the record of its parent. */
export interface EncodedChild {
  readonly intent: Intent;
  readonly file: string;
  readonly bytes: number;
  /** CRC-32 of the file. */
  readonly checksum: number;
}

/** Durable before the first part of a multipart upload leaves. */
export interface AttemptRecord {
  readonly type: "attempt";
  readonly parcelId: string;
  readonly attempt: number;
  readonly uploadId: string;
}

/** The proof that a parcel has landed. */
export interface ReceiptRecord {
  readonly type: "receipt";
  readonly parcelId: string;
  readonly epoch: number;
  /** `empty`: not one record could be encoded, so there is no object. `refused`: the target has taken none. */
  readonly outcome: "delivered" | "adopted" | "empty" | "refused";
  readonly etag: string;
  readonly bytes: number;
  readonly versionId?: string;
  readonly at: number;
  /** Records that the target did not take. */
  readonly refused?: number;
  /** Parcels of the error output with those; absent where the target has a form of its own for them. */
  readonly children?: readonly EncodedChild[];
}

/** The catalog knows what these parcels brought. */
export interface RegisteredRecord {
  readonly type: "registered";
  readonly parcelIds: readonly string[];
}

/** In the head of a new generation: what the catalog had not been told of in the old one. */
export interface LandedRecord {
  readonly type: "landed";
  readonly objects: readonly LandedObject[];
}

/** An object with data. All that the catalog and listeners have to know of it, since its intent and plan are forgotten. */
export interface LandedObject {
  readonly parcelId: string;
  /** Whose rows it holds; absent where it is no table's. */
  readonly table?: TableReference;
  readonly target: ComponentSpec;
  /** In the target. */
  readonly name: string;
  readonly records: number;
  readonly bytes: number;
  readonly etag: string;
}

/** Ends the head of a new generation: totals that the records of the old one had built up. */
export interface CarriedRecord {
  readonly type: "carried";
  readonly deliveredRecords: number;
  readonly erroredRecords: number;
  readonly nextOrdinal: number;
  readonly nextAccumulatorId: number;
  readonly stagingVoids: readonly { readonly from: number; readonly to: number }[];
}

/** Keys are plain data that lives long and is asked for its text with every batch. */
const texts = new WeakMap<AccumulatorKey, string>();

/** One string per key, equal for equal keys. */
export function keyText(key: AccumulatorKey): string {
  let text = texts.get(key);
  if (text === undefined) {
    const values = Object.entries(key.values ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
    const more = [key.lateness, key.parent].filter((one) => one !== undefined);
    text = JSON.stringify([key.kind, key.errorType ?? "", key.split, ...values, ...more]);
    texts.set(key, text);
  }
  return text;
}
