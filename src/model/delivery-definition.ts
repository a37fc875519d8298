import type { JsonObject } from "../std/json.ts";
import type { TableReference } from "./schema/table-reference.ts";

/**
 * What one delivery has to do, in Lakehose's own words. `api/` translates the wire's configuration into this; the
 * delivery engine knows nothing else. Plain data: it is stored in the registry and frozen into journal plans.
 */
export interface DeliveryDefinition {
  /** Unique within the stream: `destinationId-000000000001`, or that with `-backup`. */
  readonly id: string;
  /** `backup` copies source records past all processors (S3BackupMode Enabled, AllDocuments…). */
  readonly kind: "primary" | "backup" | "replay";
  /** In the order of AWS (reference 4.1), whatever order they were declared in. */
  readonly processors: readonly ComponentSpec[];
  readonly format: ComponentSpec;
  /** Where the schema in the options of the format was taken from: when it changes, the stream is translated anew. */
  readonly table?: TableReference;
  readonly compression: CompressionSpec;
  readonly naming: ObjectNaming;
  /** What beside arrival decides where a record gathers; absent = arrival alone. */
  readonly partition?: PartitionSpec;
  readonly target: ComponentSpec;
  /** Where error records go, where the target is no place for them: an object store. Absent = the target. */
  readonly errorTarget?: ComponentSpec;
  /** Error output of records that the target does not take: `http-endpoint-failed`. Present where it takes them one by one. */
  readonly errorType?: string;
  /**
   * How long a parcel is tried for after its first failure, before its records go to the error output; 0 = once. Absent = for
   * as long as the log holds them.
   */
  readonly retry?: { readonly forMs: number };
  readonly roll: RollPolicy;
  /** Where delivery events are written for people (CloudWatchLoggingOptions); absent = disabled. */
  readonly logging?: { readonly group: string; readonly stream: string };
}

/** A component by its registry name, with options that its own schema has checked. */
export interface ComponentSpec {
  readonly type: string;
  readonly options: JsonObject;
}

export type CompressionType = "none" | "gzip" | "zip" | "snappy" | "hadoop-snappy" | "zstd";

export interface CompressionSpec {
  readonly type: CompressionType;
  /** gzip, zip: 1 to 9, default 1. zstd: 1 to 19, default 3. */
  readonly level?: number;
}

/** How objects are called: `<prefix><stream>-<version>-<time>-<uuid><extension>` (reference 5.1 to 5.4). */
export interface ObjectNaming {
  /** Prefix expression, unevaluated. `undefined` and `""` mean the same key: the implicit date alone. */
  readonly prefix?: string;
  readonly errorPrefix?: string;
  /** IANA zone of every timestamp in the name. Default UTC. */
  readonly timeZone: string;
  /** Replaces the extension of format and compression; absent = theirs. */
  readonly extension?: string;
}

/** Partitions by content and by event time (reference 4.4). */
export interface PartitionSpec {
  /** Those that the prefix names, each once: no other value of a record decides where it gathers. */
  readonly keys: readonly PartitionKey[];
  /** Most partitions that are active at once, from the first record until it is delivered; absent = no limit. */
  readonly activeMax?: number;
  /** Present when timestamps of the prefix show when a record happened, not when it arrived. */
  readonly eventTime?: EventTimePartition;
}

export interface PartitionKey {
  /** `query:NAME` or `lambda:NAME`, as in `KeptOutcome.partitionValues`. */
  readonly name: string;
  /** `%d` with an optional width, such as `%03d`: the value has to be a whole number and is padded. */
  readonly format?: string;
  /** Stands for a value that is missing or empty, as it is; without it such a record is rejected. */
  readonly default?: string;
}

export interface EventTimePartition {
  /** IANA zone of the timestamps in the prefix. */
  readonly timeZone: string;
  /** Records that happened longer than this before they arrived. */
  readonly late?: LatenessPolicy;
  /** Records that claim to have happened longer than this after they arrived. */
  readonly future?: LatenessPolicy;
  /** A partition is handed on once events that are this much younger than its end have come. */
  readonly closeAfterMs?: number;
}

export interface LatenessPolicy {
  readonly afterMs: number;
  /** `prefix`: as they are, but with `prefix` before their names. */
  readonly to: "error-output" | "prefix";
  /** Literal text. */
  readonly prefix?: string;
}

/** When an accumulator hands on what it gathered. The first limit that is reached fires; absent limits never do. */
export interface RollPolicy {
  /** `raw` counts record bytes (AWS's meaning); `encoded` counts what was written after format and compression. */
  readonly size?: { readonly bytes: number; readonly measure: "raw" | "encoded" };
  readonly records?: number;
  /** Since the first record of the accumulator. 0 = as soon as possible. */
  readonly ageMs?: number;
  /** Since the last record of the accumulator. */
  readonly idleMs?: number;
  /** Every day at this local time, in a zone of its own, independent of the zone of the names. */
  readonly at?: { readonly time: string; readonly timeZone: string };
}

export type RollCause =
  | "size"
  | "records"
  | "age"
  | "idle"
  | "wall-clock"
  | "memory"
  | "replay-budget"
  | "partition-closed"
  | "plan-change"
  | "flush";
