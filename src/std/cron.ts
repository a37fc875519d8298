import { Cron } from "croner";
import { isTimeZone } from "./time-zone.ts";

/** When something is due, again and again. */
export interface CronSchedule {
  /** The first due instant after `afterMs`; `undefined` when none will ever come. */
  next(afterMs: number): number | undefined;
}

/** Years that AWS takes in a schedule end here. */
const YEAR_MAX = 2199;

const FORM = "cron(minutes hours day-of-month month day-of-week year)";

/**
 * Reads a schedule as AWS writes it: six fields in `cron(...)`, Sunday is day 1 of the week, and one of the two day fields
 * is `?`. `L` (last), `15W` (the working day nearest to the 15th), `6#2` (the second Friday), lists, ranges and steps mean
 * what they mean there. `zone` is an IANA id; what a change of daylight saving skips is due at the change, and a fixed
 * time that comes twice is due once.
 *
 * Throws a `RangeError` for anything else.
 */
export function parseCron(text: string, zone = "UTC"): CronSchedule {
  if (!isTimeZone(zone))
    throw new RangeError(`Expected a time zone such as Europe/London, got ${JSON.stringify(zone)}`);
  const [, inner] = /^cron\(([^()]*)\)$/.exec(text.trim()) ?? [];
  if (inner === undefined) throw refused(text, "has another form");
  const fields = inner.trim().split(/\s+/);
  if (fields.length !== 6) throw refused(text, `has ${inner.trim() === "" ? 0 : fields.length} fields, not 6`);
  const cron = readPattern(text, patternOf(text, fields), zone);
  return { next: (afterMs) => nextRun(cron, afterMs) };
}

/** The seven fields that the library takes: seconds first, and `*` where AWS says `?`. */
function patternOf(text: string, [minutes, hours, day, month, weekday, year]: readonly string[]): string {
  if ([minutes, hours, month, year].includes("?")) throw refused(text, "has ? in a field that is not a day");
  if ((day === "?") === (weekday === "?"))
    throw refused(text, "needs ? in day-of-month or in day-of-week, and not in both");
  // Alone, L is the last day of the week here; the library knows it only as the last such weekday of a month.
  const dayOfWeek = weekday === "L" ? "7" : weekday;
  return ["0", minutes, hours, day, month, dayOfWeek, year].join(" ").replaceAll("?", "*");
}

function readPattern(text: string, pattern: string, timezone: string): Cron {
  try {
    return new Cron(pattern, {
      mode: "7-part",
      timezone,
      alternativeWeekdays: true,
      sloppyRanges: true,
      fixedTimeRule: "no-wildcard",
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw refused(text, `cannot be read (${reason})`, error);
  }
}

function nextRun(cron: Cron, afterMs: number): number | undefined {
  const next = cron.nextRun(new Date(afterMs));
  return next === null || next.getUTCFullYear() > YEAR_MAX ? undefined : next.getTime();
}

function refused(text: string, what: string, cause?: unknown): RangeError {
  return new RangeError(`Schedule ${JSON.stringify(text)} ${what}: expected ${FORM}, such as cron(15 12 * * ? *)`, {
    cause,
  });
}
