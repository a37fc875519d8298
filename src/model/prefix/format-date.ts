import { type ZonedFields, zonedFields } from "../../std/time-zone.ts";
import type { DatePart } from "./date-pattern.ts";
import { offsetText, zoneName } from "./zone-text.ts";

/**
 * Writes an instant the way Java's DateTimeFormatter does in the locale en-US, Java's default on the machines that people
 * know: English names; weeks begin on Sunday and the week that holds 1 January is week 1 of its year. The instant has
 * whole seconds, so fractions are zeros.
 */
export function formatDate(parts: readonly DatePart[], atMs: number, timeZone: string): string {
  const fields = zonedFields(atMs, timeZone);
  const instant = { fields, atMs, timeZone };
  let text = "";
  for (const part of parts) text += part.kind === "literal" ? part.text : formatField(part.letter, part.count, instant);
  return text;
}

interface Instant {
  readonly fields: ZonedFields;
  readonly atMs: number;
  readonly timeZone: string;
}

const MONTHS = "January February March April May June July August September October November December".split(" ");
const WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(" ");
const QUARTERS = ["1st quarter", "2nd quarter", "3rd quarter", "4th quarter"];

/** Between day 0 of the Modified Julian Day count, 1858-11-17, and 1970-01-01. */
const MODIFIED_JULIAN_DAY_OF_1970 = 40_587;
const DAY_SECONDS = 86_400;

function formatField(letter: string, count: number, instant: Instant): string {
  const { fields } = instant;
  switch (letter) {
    case "G":
      return era(fields.year, count);
    case "u":
      return year(fields.year, count);
    case "y":
      return year(fields.year > 0 ? fields.year : 1 - fields.year, count);
    case "Y":
      return year(weekOfYear(fields).year, count);
    case "D":
      return number(fields.dayOfYear, count);
    case "M":
    case "L":
      return count < 3 ? number(fields.month, count) : name(MONTHS[fields.month - 1] ?? "", count);
    case "Q":
    case "q":
      return quarter(Math.ceil(fields.month / 3), count);
    case "d":
      return number(fields.day, count);
    case "g":
      return number(localDay(fields) + MODIFIED_JULIAN_DAY_OF_1970, count);
    case "w":
      return number(weekOfYear(fields).week, count);
    case "W":
      return String(weekWithin(fields.day, fields));
    case "F":
      return String(((fields.day - 1) % 7) + 1);
    case "E":
      return name(WEEKDAYS[fields.weekday - 1] ?? "", Math.max(count, 3));
    case "e":
    case "c":
      return count < 3 ? number(sundayFirst(fields), count) : name(WEEKDAYS[fields.weekday - 1] ?? "", count);
    default:
      return formatTimeField(letter, count, instant);
  }
}

function formatTimeField(letter: string, count: number, { fields, atMs, timeZone }: Instant): string {
  const secondOfDay = fields.hour * 3600 + fields.minute * 60 + fields.second;
  switch (letter) {
    case "a":
      return fields.hour < 12 ? "AM" : "PM";
    case "B":
      return dayPeriod(fields, count);
    case "H":
      return number(fields.hour, count);
    case "k":
      return number(fields.hour === 0 ? 24 : fields.hour, count);
    case "K":
      return number(fields.hour % 12, count);
    case "h":
      return number(fields.hour % 12 === 0 ? 12 : fields.hour % 12, count);
    case "m":
      return number(fields.minute, count);
    case "s":
      return number(fields.second, count);
    case "S":
    case "n":
      return "0".repeat(count);
    case "A":
      return number(secondOfDay * 1000, count);
    case "N":
      return String(BigInt(secondOfDay) * 1_000_000_000n).padStart(count, "0");
    case "z":
    case "v":
      return zoneName(letter, count, atMs, timeZone);
    default:
      return offsetText(letter, count, fields.offsetSeconds);
  }
}

function number(value: number, width: number): string {
  return value < 0 ? `-${String(-value).padStart(width, "0")}` : String(value).padStart(width, "0");
}

/** Two letters are the last two digits; from four letters on a year that outgrows the width gets a plus sign. */
function year(value: number, count: number): string {
  if (count === 2) return number(((value % 100) + 100) % 100, 2);
  const text = number(value, count);
  return count >= 4 && value >= 10 ** count ? `+${text}` : text;
}

function era(value: number, count: number): string {
  const [short, full, narrow] = value > 0 ? ["AD", "Anno Domini", "A"] : ["BC", "Before Christ", "B"];
  return count === 5 ? narrow : count === 4 ? full : short;
}

function name(full: string, count: number): string {
  return count === 5 ? full.slice(0, 1) : count === 4 ? full : full.slice(0, 3);
}

function quarter(value: number, count: number): string {
  if (count < 3) return number(value, count);
  return count === 5 ? String(value) : count === 4 ? (QUARTERS[value - 1] ?? "") : `Q${value}`;
}

function dayPeriod({ hour, minute }: ZonedFields, count: number): string {
  if (minute === 0 && hour === 0) return count === 5 ? "mi" : "midnight";
  if (minute === 0 && hour === 12) return count === 5 ? "n" : "noon";
  if (hour < 6 || hour >= 21) return "at night";
  if (hour < 12) return "in the morning";
  return hour < 18 ? "in the afternoon" : "in the evening";
}

/** 1 = Sunday to 7 = Saturday. */
function sundayFirst(fields: ZonedFields): number {
  return (fields.weekday % 7) + 1;
}

/** Which week holds day `day` of a period (month, year), counted from 1 = the week of the period's first day. */
function weekWithin(day: number, fields: ZonedFields): number {
  const firstDayOffset = (((sundayFirst(fields) - day) % 7) + 7) % 7;
  return Math.floor((day - 1 + firstDayOffset) / 7) + 1;
}

function weekOfYear(fields: ZonedFields): { readonly year: number; readonly week: number } {
  const daysInYear = isLeap(fields.year) ? 366 : 365;
  const saturday = fields.dayOfYear + 7 - sundayFirst(fields);
  if (saturday > daysInYear) return { year: fields.year + 1, week: 1 };
  return { year: fields.year, week: weekWithin(fields.dayOfYear, fields) };
}

function isLeap(value: number): boolean {
  return value % 4 === 0 && (value % 100 !== 0 || value % 400 === 0);
}

function localDay(fields: ZonedFields): number {
  const date = new Date(0).setUTCFullYear(fields.year, fields.month - 1, fields.day);
  return Math.floor(date / 1000 / DAY_SECONDS);
}
