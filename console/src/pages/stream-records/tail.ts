/** The last records of a stream, as one answer after another brings them. */
import type { NewestRecord } from "../../api/admin-api.ts";

export interface NewestAnswer {
  readonly records: readonly NewestRecord[];
  readonly next: number;
  readonly skipped: number;
}

export interface Tail {
  /** Newest first. */
  readonly records: readonly NewestRecord[];
  readonly next: number;
  /** Records that came faster than they were asked for, since the page was opened. */
  readonly skipped: number;
}

/** More than anybody reads, and few enough to be drawn every second. */
export const TAIL_RECORDS_MAX = 100;

export function withNewest(before: Tail | undefined, { records, next, skipped }: NewestAnswer): Tail {
  const newest = records.toReversed();
  // Offsets that fall: the stream was deleted and made anew under its name.
  if (before === undefined || next < before.next) {
    return { records: newest.slice(0, TAIL_RECORDS_MAX), next, skipped: 0 };
  }
  return {
    records: [...newest, ...before.records].slice(0, TAIL_RECORDS_MAX),
    next,
    skipped: before.skipped + skipped,
  };
}
