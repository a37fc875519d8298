import { parseDecimal, scaledInteger } from "./decimal-digits.ts";
import type { TimestampCell } from "./row.ts";

/** Dates and timestamps as texts and numbers of JSON (reference 6.2), in the proleptic Gregorian calendar. */

const SECONDS_PER_DAY = 86_400;
const NANOS_PER_SECOND = 1_000_000_000n;

/** Years that every reader of the files can show: four digits. */
const YEAR_MIN = 1;
const YEAR_MAX = 9999;

/** Below this an epoch counts seconds, from here on milliseconds (probed on Firehose). */
const EPOCH_MILLIS_MIN = 10n ** 12n;

const DATE = /^(\d{4})-(\d{1,2})-(\d{1,2})$/;
const STRICT_TIMESTAMP = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?Z$/;
const LENIENT_TIMESTAMP = /^(\d{4})-(\d{1,2})-(\d{1,2}) (\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,9}))?$/;

/** Days since 1970-01-01 of `yyyy-[M]M-[d]d`. */
export function parseDate(text: string): number | undefined {
  const match = DATE.exec(text);
  return match === null ? undefined : epochDays(Number(match[1]), Number(match[2]), Number(match[3]));
}

/** `yyyy-MM-dd'T'HH:mm:ss[.S]'Z'` with two digits each, or `yyyy-[M]M-[d]d [H]H:[m]m:[s]s[.S]`. */
export function parseTimestamp(text: string): TimestampCell | undefined {
  const match = STRICT_TIMESTAMP.exec(text) ?? LENIENT_TIMESTAMP.exec(text);
  return match === null ? undefined : fromMatch(match);
}

/** What `java.sql.Timestamp.valueOf` takes: the lenient form alone. */
export function parseSqlTimestamp(text: string): TimestampCell | undefined {
  const match = LENIENT_TIMESTAMP.exec(text);
  return match === null ? undefined : fromMatch(match);
}

/** An epoch in seconds or milliseconds, told apart by its size, with a fraction if it has one. */
export function parseEpoch(text: string): TimestampCell | undefined {
  const number = parseDecimal(text);
  if (number === undefined || number.digits.length + number.exponent > 18) return undefined;
  const nanos = scaledInteger(number, 38, 9);
  if (nanos === undefined) return undefined;
  const magnitude = nanos < 0n ? -nanos : nanos;
  return fromNanos(magnitude < EPOCH_MILLIS_MIN * NANOS_PER_SECOND ? nanos : nanos / 1000n);
}

/** An epoch in milliseconds, whatever its size. */
export function parseEpochMillis(text: string): TimestampCell | undefined {
  const number = parseDecimal(text);
  const nanos = number === undefined ? undefined : scaledInteger(number, 38, 6);
  return nanos === undefined ? undefined : fromNanos(nanos);
}

/** `undefined` for a day or time of day that does not exist, and outside of the years 1 to 9999. */
export function timestampOf(parts: TimestampParts): TimestampCell | undefined {
  const { hour, minute, second, nanos, offsetSeconds = 0 } = parts;
  const days = epochDays(parts.year, parts.month, parts.day);
  if (days === undefined || hour > 23 || minute > 59 || second > 59) return undefined;
  const epochSeconds = days * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second - offsetSeconds;
  return { epochSeconds, nanos };
}

export interface TimestampParts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanos: number;
  /** East of Greenwich. */
  readonly offsetSeconds?: number;
}

/** Nanoseconds of a fraction's digits: `5` are 500,000,000. */
export function fractionNanos(digits: string): number {
  return Number(digits.slice(0, 9).padEnd(9, "0"));
}

function fromMatch(match: RegExpExecArray): TimestampCell | undefined {
  const [, year, month, day, hour, minute, second, fraction] = match;
  return timestampOf({
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    nanos: fraction === undefined ? 0 : fractionNanos(fraction),
  });
}

const EPOCH_SECONDS_MIN = (epochDays(YEAR_MIN, 1, 1) ?? 0) * SECONDS_PER_DAY;
const EPOCH_SECONDS_MAX = ((epochDays(YEAR_MAX, 12, 31) ?? 0) + 1) * SECONDS_PER_DAY - 1;

function fromNanos(total: bigint): TimestampCell | undefined {
  const nanos = ((total % NANOS_PER_SECOND) + NANOS_PER_SECOND) % NANOS_PER_SECOND;
  const epochSeconds = Number((total - nanos) / NANOS_PER_SECOND);
  if (epochSeconds < EPOCH_SECONDS_MIN || epochSeconds > EPOCH_SECONDS_MAX) return undefined;
  return { epochSeconds, nanos: Number(nanos) };
}

/** Years are counted from March, so that the leap day is the last one and months before it have fixed starts. */
function epochDays(year: number, month: number, day: number): number | undefined {
  if (year < YEAR_MIN || year > YEAR_MAX || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) {
    return undefined;
  }
  const shifted = month > 2 ? year : year - 1;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
