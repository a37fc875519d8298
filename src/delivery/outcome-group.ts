import type { PackedRecords } from "../model/records.ts";
import type { AccumulatorKey } from "./journal/journal-records.ts";

/** Records of one key with where each came from. Offsets never fall: a record that became many has one offset. */
export interface OutcomeGroup {
  readonly key: AccumulatorKey;
  readonly records: PackedRecords;
  /** Log offset of each record. */
  readonly offsets: Offsets;
  readonly oldestMs: number;
  readonly newestMs: number;
  /** Present where the prefix shows event times. */
  readonly oldestEventMs?: number;
  /** Likewise; only of outcomes that were decided just now. */
  readonly newestEventMs?: number;
  /** Staging frame that holds them; absent without staging. */
  readonly stagingOffset?: number;
}

/** A run of consecutive offsets, or one for each record where some are missing between. */
export type Offsets = { readonly first: number } | { readonly each: readonly number[] };

export function offsetAt(offsets: Offsets, index: number): number {
  return "first" in offsets ? offsets.first + index : (offsets.each[index] ?? Number.NaN);
}
