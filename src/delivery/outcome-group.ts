import type { FirstIdentities, Offsets } from "../model/identified-records.ts";
import { type PackedRecords, recordCount, sliceRecords } from "../model/records.ts";
import type { AccumulatorKey } from "./journal/journal-records.ts";

/** Records of one key with where each came from. Offsets never fall: a record that became many has one offset. */
export interface OutcomeGroup {
  readonly key: AccumulatorKey;
  readonly records: PackedRecords;
  /** Log offset of each record. */
  readonly offsets: Offsets;
  /** Of records that were redriven or read back: who they were the first time. */
  readonly identities?: FirstIdentities;
  readonly oldestMs: number;
  readonly newestMs: number;
  /** Arrival of each record, where they differ. */
  readonly arrivalsMs?: readonly number[];
  /** Present where the prefix shows event times. */
  readonly oldestEventMs?: number;
  /** Likewise; only of outcomes that were decided just now. */
  readonly newestEventMs?: number;
  /** Staging frame that holds them; absent without staging. */
  readonly stagingOffset?: number;
}

/** Records `from` to `to` of a group, as a group. */
export function sliceGroup(group: OutcomeGroup, from: number, to: number): OutcomeGroup {
  if (from === 0 && to === recordCount(group.records)) return group;
  const { offsets, identities } = group;
  return {
    ...group,
    records: sliceRecords(group.records, from, to),
    offsets: "first" in offsets ? { first: offsets.first + from } : { each: offsets.each.slice(from, to) },
    ...(identities === undefined ? {} : { identities: identities.slice(from, to) }),
    ...(group.arrivalsMs === undefined ? {} : timesOf(group.arrivalsMs.slice(from, to))),
  };
}

function timesOf(arrivalsMs: readonly number[]): Pick<OutcomeGroup, "oldestMs" | "newestMs" | "arrivalsMs"> {
  let oldestMs = Number.POSITIVE_INFINITY;
  let newestMs = Number.NEGATIVE_INFINITY;
  for (const arrivalMs of arrivalsMs) {
    oldestMs = Math.min(oldestMs, arrivalMs);
    newestMs = Math.max(newestMs, arrivalMs);
  }
  return { oldestMs, newestMs, arrivalsMs };
}
