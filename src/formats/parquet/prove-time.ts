import { lastNumber, numberEnd, QUOTE, UNPROVED } from "./json-bytes.ts";

/** Dates and timestamps that DuckDB and the reader of rows understand alike. */

const MINUS = 0x2d;
const POINT = 0x2e;
const BLANK = 0x20;

/** `"yyyy-MM-ddTHH:mm:ssZ"` or `"yyyy-MM-dd HH:mm:ss"`, with up to six digits of a fraction. */
export function isoOrSqlTimestampEnd(bytes: Uint8Array, at: number): number {
  return timestampTextEnd(bytes, at);
}

/** The second of the two alone. */
export function sqlTimestampEnd(bytes: Uint8Array, at: number): number {
  return bytes[at + 11] === BLANK ? timestampTextEnd(bytes, at) : UNPROVED;
}

/**
 * An epoch as a whole number whose year has four digits, whatever the other digits are: seconds below 10^12, else
 * milliseconds. In between lie numbers of 12 digits, of which most are too large.
 */
export function epochEnd(bytes: Uint8Array, at: number): number {
  const end = numberEnd(bytes, at);
  const { wholeDigits, fractionDigits, exponent } = lastNumber;
  if (fractionDigits > 0 || exponent) return UNPROVED;
  const negative = bytes[at] === MINUS;
  const isSeconds = wholeDigits <= (negative ? 10 : 11);
  return isSeconds || wholeDigits === 13 || (wholeDigits === 14 && !negative) ? end : UNPROVED;
}

function timestampTextEnd(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== QUOTE || !isDateText(bytes, at + 1) || !isTime(bytes, at + 12)) return UNPROVED;
  let end = at + 20;
  if (bytes[end] === POINT) {
    const fraction = ++end;
    while (digitAt(bytes, end) >= 0) end++;
    if (end === fraction || end - fraction > 6) return UNPROVED;
  }
  const separator = bytes[at + 11];
  if (separator === 0x54) {
    if (bytes[end] !== 0x5a) return UNPROVED;
    end++;
  } else if (separator !== BLANK) return UNPROVED;
  return bytes[end] === QUOTE ? end + 1 : UNPROVED;
}

/** 1001-01-01 to 9999-12-28, the last days of months aside: a calendar is not needed. */
export function isDateText(bytes: Uint8Array, at: number): boolean {
  const century = twoDigits(bytes, at);
  const month = twoDigits(bytes, at + 5);
  const day = twoDigits(bytes, at + 8);
  if (century < 10 || twoDigits(bytes, at + 2) < 0 || bytes[at + 4] !== MINUS || bytes[at + 7] !== MINUS) return false;
  return month >= 1 && month <= 12 && day >= 1 && day <= (DAYS[month] as number);
}

/** Days that a month has in every year. */
const DAYS = Uint8Array.of(0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31);

function isTime(bytes: Uint8Array, at: number): boolean {
  if (bytes[at + 2] !== 0x3a || bytes[at + 5] !== 0x3a) return false;
  const hour = twoDigits(bytes, at);
  const minute = twoDigits(bytes, at + 3);
  const second = twoDigits(bytes, at + 6);
  return hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59 && second >= 0 && second <= 59;
}

/** -1 or less when they are none. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = digitAt(bytes, at);
  const ones = tens < 0 ? -1 : digitAt(bytes, at + 1);
  return ones < 0 ? -1 : tens * 10 + ones;
}

function digitAt(bytes: Uint8Array, at: number): number {
  const digit = (bytes[at] as number) - 0x30;
  return digit >= 0 && digit <= 9 ? digit : -1;
}
