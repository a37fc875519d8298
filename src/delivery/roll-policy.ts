import type { RollCause, RollPolicy } from "../model/delivery-definition.ts";
import { offsetAt } from "../model/identified-records.ts";
import { recordCount } from "../model/records.ts";
import type { Accumulator } from "./accumulator.ts";
import type { OutcomeGroup } from "./outcome-group.ts";

/**
 * When an accumulator hands on what it gathered. Order of precedence where several limits are due at once: size, records,
 * age, idle. `wall-clock`, `memory`, `replay-budget`, `flush` and the like come from the loop, not from a limit of the
 * accumulator.
 */

/** Interval 0 means "as soon as possible": long enough to let a burst share one object, well inside a second. */
export const ZERO_AGE_LINGER_MS = 500;

/**
 * How many records of the group, from `from` on, still fit: at least one into an empty accumulator, and never a part of
 * what one record of the log has become, since a parcel's range is told in offsets (rule H2).
 */
export function recordsThatFit(
  accumulator: Accumulator,
  policy: RollPolicy,
  group: OutcomeGroup,
  from: number,
): number {
  const count = recordCount(group.records);
  let to = count;
  if (policy.records !== undefined) to = Math.min(to, from + policy.records - accumulator.records);
  if (policy.size?.measure === "raw") {
    const start = from === 0 ? 0 : (group.records.ends[from - 1] ?? 0);
    to = Math.min(to, endsUpTo(group.records.ends, start + policy.size.bytes - accumulator.bytes));
  }
  const least = accumulator.records === 0 ? from + 1 : from;
  to = Math.min(count, Math.max(to, least));
  while (to > from && to < count && offsetAt(group.offsets, to) === offsetAt(group.offsets, to - 1)) to++;
  return to - from;
}

/** The limit that is due now, if any. */
export function dueCause(accumulator: Accumulator, policy: RollPolicy, nowMonotonic: number): RollCause | undefined {
  if (isFull(accumulator, policy)) return reachesRecords(accumulator, policy) ? "records" : "size";
  if (policy.ageMs !== undefined && nowMonotonic - accumulator.openedAtMonotonic >= ageLimit(policy.ageMs))
    return "age";
  if (policy.idleMs !== undefined && nowMonotonic - accumulator.lastAddedMonotonic >= policy.idleMs) return "idle";
  return undefined;
}

/** Milliseconds until a time limit of the accumulator can be due. */
export function dueInMs(accumulator: Accumulator, policy: RollPolicy, nowMonotonic: number): number {
  const age =
    policy.ageMs === undefined ? Number.POSITIVE_INFINITY : accumulator.openedAtMonotonic + ageLimit(policy.ageMs);
  const idle = policy.idleMs === undefined ? Number.POSITIVE_INFINITY : accumulator.lastAddedMonotonic + policy.idleMs;
  return Math.max(0, Math.min(age, idle) - nowMonotonic);
}

function isFull(accumulator: Accumulator, policy: RollPolicy): boolean {
  if (reachesRecords(accumulator, policy)) return true;
  if (policy.size === undefined) return false;
  const bytes = policy.size.measure === "raw" ? accumulator.bytes : accumulator.encoder.encodedBytes;
  return bytes >= policy.size.bytes;
}

function reachesRecords(accumulator: Accumulator, policy: RollPolicy): boolean {
  return policy.records !== undefined && accumulator.records >= policy.records;
}

function ageLimit(ageMs: number): number {
  return ageMs === 0 ? ZERO_AGE_LINGER_MS : ageMs;
}

/** Number of leading entries of `ends` that are at most `limit`: binary search, `ends` rises. */
function endsUpTo(ends: Uint32Array, limit: number): number {
  let low = 0;
  let high = ends.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ends[middle] ?? 0) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
