import type { JsonValue } from "../../../std/json.ts";
import { QueryError } from "./query-error.ts";
import { cannot } from "./values.ts";

/** Points in time as jq has them: seconds since 1970, UTC, names of days and months in English. */

const DAY_SECONDS = 86_400;
const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = "January February March April May June July August September October November December".split(" ");

/** Years that fit into the 32 bits of C's broken-down time; beyond them jq has no answer either. */
const SECONDS_MAX = 6.7e16;

/** 400 years, after which the calendar repeats. */
const ERA_DAYS = 146_097;

interface Moment {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly dayOfYear: number;
  readonly weekday: number;
  readonly second: number;
}

type Write = (moment: Moment) => string;

const two = (number: number) => String(number).padStart(2, "0");
const hour = ({ second }: Moment) => Math.floor(second / 3600);
const minute = ({ second }: Moment) => Math.floor(second / 60) % 60;
const nameIn = (names: readonly string[], index: number) => names[index] ?? "";

/** Conversions that every C library writes the same. */
const CONVERSIONS: Readonly<Record<string, Write>> = {
  Y: ({ year }) => String(year),
  y: ({ year }) => two(((year % 100) + 100) % 100),
  m: ({ month }) => two(month),
  d: ({ day }) => two(day),
  e: ({ day }) => String(day).padStart(2, " "),
  j: ({ dayOfYear }) => String(dayOfYear).padStart(3, "0"),
  H: (moment) => two(hour(moment)),
  I: (moment) => two(((hour(moment) + 11) % 12) + 1),
  M: (moment) => two(minute(moment)),
  S: ({ second }) => two(second % 60),
  p: (moment) => (hour(moment) < 12 ? "AM" : "PM"),
  A: ({ weekday }) => nameIn(DAYS, weekday),
  a: ({ weekday }) => nameIn(DAYS, weekday).slice(0, 3),
  B: ({ month }) => nameIn(MONTHS, month - 1),
  b: ({ month }) => nameIn(MONTHS, month - 1).slice(0, 3),
  u: ({ weekday }) => String(weekday === 0 ? 7 : weekday),
  w: ({ weekday }) => String(weekday),
  n: () => "\n",
  t: () => "\t",
  "%": () => "%",
};

const SHORTHANDS: Readonly<Record<string, string>> = { F: "%Y-%m-%d", T: "%H:%M:%S", R: "%H:%M", D: "%m/%d/%y" };

/** A year that has four digits on every C library; outside of it some pad and some do not. */
const YEAR_MIN = 1000;

/** How a pattern is written; `undefined` when it has conversions that we leave to jq. */
export function timeFormat(pattern: string): ((value: JsonValue) => string) | undefined {
  const whole = pattern.replaceAll(/%([FTRD%])/g, (text, letter: string) => SHORTHANDS[letter] ?? text);
  const writers: (string | Write)[] = [];
  for (const [text, letter] of whole.matchAll(/%(.?)|[^%]+/gs)) {
    const write = letter === undefined ? text : CONVERSIONS[letter];
    if (write === undefined) return undefined;
    writers.push(write);
  }
  if (writers.length === 0) return undefined;
  return cached((value) => {
    const moment = momentOf(value);
    return writers.map((write) => (typeof write === "string" ? write : write(moment))).join("");
  });
}

/** Records that come together mostly name the same second, or nearly; the last answer is worth remembering. */
function cached(format: (value: JsonValue) => string): (value: JsonValue) => string {
  let known: number | undefined;
  let text = "";
  return (value) => {
    const second = typeof value === "number" ? Math.trunc(value) : undefined;
    if (second === undefined || second !== known) {
      text = format(value);
      known = second;
    }
    return text;
  };
}

function momentOf(value: JsonValue): Moment {
  if (typeof value !== "number") return cannot("formatted as a time: it takes seconds since 1970", value);
  const seconds = Math.trunc(value);
  if (Math.abs(seconds) > SECONDS_MAX) throw new QueryError(`${value} is too far away for a time in seconds`);
  const days = Math.floor(seconds / DAY_SECONDS);
  return { ...dateOf(days), weekday: (((days + 4) % 7) + 7) % 7, second: seconds - days * DAY_SECONDS };
}

/** The calendar repeats every 400 years, so a day is looked up in those from 2000 on, where dates are certain. */
function dateOf(days: number): Pick<Moment, "year" | "month" | "day" | "dayOfYear"> {
  const eras = Math.floor(days / ERA_DAYS);
  const date = new Date((days - eras * ERA_DAYS) * DAY_SECONDS * 1000);
  const year = date.getUTCFullYear() + eras * 400;
  if (year < YEAR_MIN) throw new QueryError(`the year ${year} is before ${YEAR_MIN}`);
  const firstOfYear = Date.UTC(date.getUTCFullYear(), 0, 1);
  return {
    year,
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    dayOfYear: Math.round((date.getTime() - firstOfYear) / (DAY_SECONDS * 1000)) + 1,
  };
}

const ISO_8601 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z$/;

/** `2015-03-05T23:51:47Z` as seconds; days beyond the end of a month count on, as in C. */
export function secondsOfIso8601(value: JsonValue): number {
  if (typeof value !== "string") return cannot("read as a time: it takes a string such as 2015-03-05T23:51:47Z", value);
  const fields = ISO_8601.exec(value)?.slice(1).map(Number) ?? [];
  const [year = 0, month = 0, day = 0, hours = 24, minutes = 60, seconds = 61] = fields;
  const isValid = month >= 1 && month <= 12 && day >= 1 && day <= 31 && hours < 24 && minutes < 60 && seconds < 61;
  if (!isValid) throw new QueryError(`${JSON.stringify(value.slice(0, 64))} is no time such as 2015-03-05T23:51:47Z`);
  if (year < YEAR_MIN) throw new QueryError(`the year ${year} is before ${YEAR_MIN}`);
  return Date.UTC(year, month - 1, day, hours, minutes, seconds) / 1000;
}
