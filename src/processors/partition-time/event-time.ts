import { timestampPattern } from "../../formats/rows/timestamp-pattern.ts";
import type { JsonValue } from "../../std/json.ts";
import { instantOfLocal } from "../../std/time-zone.ts";

/** Reads an instant, ms, off a member of a record; `undefined` when it shows none. Whole milliseconds, years 1 to 9999. */
export type ReadEventTime = (value: JsonValue) => number | undefined;

const MINUTE_MS = 60_000;
const FIRST_MS = Date.parse("0001-01-01T00:00:00Z");
const LATEST_MS = Date.UTC(10_000, 0, 1) - 1;

/** `format`: `auto`, `iso`, `epoch-s`, `epoch-ms`, or a pattern such as `dd/MMM/yyyy:HH:mm:ss Z`. */
export function eventTimeReader(format: string, timeZone: string): ReadEventTime {
  const read = readerOf(format, localReader(timeZone));
  return (value) => {
    const instant = read(value);
    if (instant === undefined || !(instant >= FIRST_MS && instant <= LATEST_MS)) return undefined;
    return Math.floor(instant);
  };
}

/** From what a local clock shows, as if it were UTC, to the instant. */
type FromLocal = (asUtcMs: number) => number;

function readerOf(format: string, fromLocal: FromLocal): ReadEventTime {
  switch (format) {
    case "epoch-s":
      return (value) => scaled(value, 1000);
    case "epoch-ms":
      return (value) => scaled(value, 1);
    case "iso":
      return (value) => (typeof value === "string" ? isoInstant(value, fromLocal) : undefined);
    case "auto":
      return (value) => {
        const usual = typeof value === "string" ? usualInstant(value) : undefined;
        if (usual !== undefined) return usual;
        const number = numberOf(value);
        if (number !== undefined) return number * unitOf(number);
        return typeof value === "string" ? anyInstant(value, fromLocal) : undefined;
      };
    default:
      return patternReader(format, fromLocal);
  }
}

/** By the number of digits: seconds up to the year 5138, then milliseconds, microseconds, nanoseconds. */
function unitOf(epoch: number): number {
  const size = Math.abs(epoch);
  if (size < 1e11) return 1000;
  if (size < 1e14) return 1;
  return size < 1e17 ? 1e-3 : 1e-6;
}

function scaled(value: JsonValue, factor: number): number | undefined {
  const number = numberOf(value);
  return number === undefined ? undefined : number * factor;
}

function numberOf(value: JsonValue): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined;
}

/** ISO 8601 and what databases and pandas make of it: a blank for the `T`, no seconds, no zone, a date alone. */
const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)? ?(Z|UTC|[+-]\d\d(?::?\d\d)?)?$/i;

function isoInstant(text: string, fromLocal: FromLocal): number | undefined {
  return usualInstant(text) ?? anyInstant(text, fromLocal);
}

/** Forms of `2018-03-01T00:30:00Z` and `2018-03-01T00:30:00.123Z`. */
const WHOLE_SECONDS_LENGTH = 20;
const MILLISECONDS_LENGTH = 24;

/** What nearly all producers write, without the price of an expression. `undefined` leaves it to those who look closer. */
function usualInstant(text: string): number | undefined {
  const { length } = text;
  if (length !== WHOLE_SECONDS_LENGTH && length !== MILLISECONDS_LENGTH) return undefined;
  const hasMarks = text[4] === "-" && text[7] === "-" && text[10] === "T" && text[13] === ":" && text[16] === ":";
  if (!hasMarks || text[length - 1] !== "Z") return undefined;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  let milliseconds = 0;
  if (length === MILLISECONDS_LENGTH) {
    if (text[19] !== ".") return undefined;
    milliseconds = twoDigits(text, 20) * 10 + (twoDigits(text, 21) % 10);
  }
  // Days that not every month has, and years that Date.UTC takes for those of the last century, are looked at closer.
  const exists = year >= 1000 && month >= 1 && month <= 12 && day >= 1 && day <= 28;
  if (!exists || !(hour <= 23 && minute <= 59 && second <= 59 && milliseconds <= 999)) return undefined;
  return Date.UTC(year, month - 1, day, hour, minute, second, milliseconds);
}

/** NaN, with which no comparison holds, when they are none. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO;
  const ones = text.charCodeAt(at + 1) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

const ZERO = "0".charCodeAt(0);

function anyInstant(text: string, fromLocal: FromLocal): number | undefined {
  const parts = ISO.exec(text.trim());
  if (parts === null) return undefined;
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "0", zone] = parts;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  date.setUTCHours(Number(hour), Number(minute), Number(second), Math.floor(Number(`0.${fraction}`) * 1000));
  const asUtcMs = date.getTime();
  // A second of 60 is a leap second and counts as the next one; anything else that rolls over is no date.
  const exists = date.getUTCMonth() + 1 === Number(month) || second === "60";
  if (!exists || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined;
  return zone === undefined ? fromLocal(asUtcMs) : asUtcMs - offsetMs(zone);
}

function offsetMs(zone: string): number {
  if (/^(Z|UTC)$/i.test(zone)) return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(":", "") || 0);
  return (zone.startsWith("-") ? -minutes : minutes) * MINUTE_MS;
}

function patternReader(pattern: string, fromLocal: FromLocal): ReadEventTime {
  const parse = timestampPattern(pattern);
  const saysOffset = /Z/.test(pattern.replace(/'[^']*'/g, ""));
  return (value) => {
    const cell = parse(typeof value === "number" ? String(value) : typeof value === "string" ? value : "");
    if (cell === undefined) return undefined;
    const asUtcMs = Number(cell.epochSeconds) * 1000 + Math.floor(cell.nanos / 1e6);
    return saysOffset ? asUtcMs : fromLocal(asUtcMs);
  };
}

/** Events of one minute come together, and looking for the offset of a zone costs microseconds. */
function localReader(timeZone: string): FromLocal {
  if (timeZone === "UTC") return (asUtcMs) => asUtcMs;
  let lastMinute = Number.NaN;
  let minuteMs = 0;
  return (asUtcMs) => {
    const minute = Math.floor(asUtcMs / MINUTE_MS);
    if (minute !== lastMinute) {
      const shown = new Date(minute * MINUTE_MS);
      const local = {
        year: shown.getUTCFullYear(),
        month: shown.getUTCMonth() + 1,
        day: shown.getUTCDate(),
        hour: shown.getUTCHours(),
        minute: shown.getUTCMinutes(),
      };
      minuteMs = instantOfLocal(local, timeZone);
      lastMinute = minute;
    }
    return minuteMs + asUtcMs - minute * MINUTE_MS;
  };
}
