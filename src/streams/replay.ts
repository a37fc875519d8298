import type { DeliveryCounters, DeliveryStatus } from "../delivery/delivery.ts";
import type { DeliveryDefinition } from "../model/delivery-definition.ts";
import type { RecordOrigin } from "../model/records.ts";
import type { LakeReaderStatus } from "../sources/source.ts";

/**
 * A replay: a delivery with an id of its own over what was delivered before. It ends by itself once all of its range has
 * landed; to repeat it is another replay, with another id and so with other names.
 */
export interface StartReplay {
  /** Whose processors, format and target it uses; by default the stream's first delivery. */
  readonly delivery?: string;
  readonly source: LogSpan | LakeObjects;
  /** By default the bucket of the delivery, below `replay/<id>/`. */
  readonly into?: { readonly bucket?: string; readonly prefix?: string };
}

/** Records that the log still holds, by offsets or by arrival. From the oldest and to the newest where nothing is said. */
export interface LogSpan {
  readonly type: "log";
  readonly fromOffset?: number;
  /** Exclusive. */
  readonly toOffset?: number;
  readonly fromMs?: number;
  /** Exclusive. */
  readonly toMs?: number;
}

/** Objects in the lake, a record a line. */
export interface LakeObjects {
  readonly type: "objects";
  /** By default the bucket of the delivery. */
  readonly bucket?: string;
  readonly prefix: string;
  /** Where the records enter: before the processors (default), or past them. */
  readonly stage?: RecordOrigin["stage"];
}

/** What is kept of a replay in the registry. */
export interface StoredReplay {
  readonly id: string;
  /** The delivery that it repeats. */
  readonly of: string;
  /** Its own delivery, under its own id; frozen. */
  readonly definition: DeliveryDefinition;
  readonly source: { readonly type: "log"; readonly from: number; readonly to: number } | StoredLakeObjects;
  readonly createdAt: number;
  readonly state: "running" | "landed" | "cancelled";
  readonly endedAt?: number;
  /** As they were at the end. */
  readonly counters?: DeliveryCounters;
}

export interface StoredLakeObjects {
  readonly type: "objects";
  readonly bucket: string;
  readonly prefix: string;
  readonly exclude: readonly string[];
  readonly stage: RecordOrigin["stage"];
  /** Position in the log when it began: what it reads back stands behind it. */
  readonly from: number;
}

export interface ReplayStatus extends Omit<StoredReplay, "definition"> {
  readonly target: { readonly bucket?: string; readonly prefix: string };
  /** While it runs: its delivery, whose `read` goes from `source.from` to `source.to`. */
  readonly running?: DeliveryStatus;
  /** While it reads objects of the lake. */
  readonly reading?: LakeReaderStatus;
  /** Why it does not go on. */
  readonly problem?: string;
}
