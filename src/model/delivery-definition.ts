import type { JsonObject } from "../std/json.ts";

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
  readonly compression: CompressionSpec;
  readonly naming: ObjectNaming;
  readonly target: ComponentSpec;
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
