import { instantOfLocal, zonedFields } from "./time-zone.ts";

/** Every day at this local time. */
export interface WallClockTime {
  /** `HH:MM`, 00:00 to 23:59. */
  readonly time: string;
  /** IANA id. */
  readonly timeZone: string;
}

const DAY_MS = 86_400_000;

/**
 * The first instant after `afterMs` at which it is that time in that zone. The schedule fires once per named instant: when
 * the clock jumps over it, at the jump; when the clock shows it twice, the first time only.
 */
export function nextWallClock(at: WallClockTime, afterMs: number): number {
  for (let day = -1; ; day++) {
    const instant = instantOnDay(at, afterMs, day);
    if (instant > afterMs) return instant;
  }
}

/** The last instant at or before `atMs` at which it was that time in that zone. */
export function previousWallClock(at: WallClockTime, atMs: number): number {
  for (let day = 1; ; day--) {
    const instant = instantOnDay(at, atMs, day);
    if (instant <= atMs) return instant;
  }
}

/** The instant of the schedule on the local day of `nearMs`, plus `days`. */
function instantOnDay(at: WallClockTime, nearMs: number, days: number): number {
  const here = zonedFields(nearMs, at.timeZone);
  const date = new Date(Date.UTC(here.year, here.month - 1, here.day) + days * DAY_MS);
  const local = {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: Number(at.time.slice(0, 2)),
    minute: Number(at.time.slice(3, 5)),
  };
  return instantOfLocal(local, at.timeZone);
}
