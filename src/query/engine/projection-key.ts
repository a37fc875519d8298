import { timestampPattern } from "../../formats/rows/timestamp-pattern.ts";
import { reasonOf } from "../../model/errors.ts";
import { parseDatePattern } from "../../model/prefix/date-pattern.ts";
import { formatDate } from "../../model/prefix/format-date.ts";
import { QueryError } from "../query-error.ts";

/**
 * What the properties of a table say about the values of one partition key (`projection.KEY.…`):
 *
 *     type = enum       values = a,b,c
 *     type = integer    range = 1,100       interval = 1          digits = 3
 *     type = date       range = 2024/01/01,NOW-1DAYS              format = yyyy/MM/dd
 *                       interval = 1        interval.unit = DAYS
 *     type = injected   the values that the query itself names
 */
export interface ProjectionKeyOptions {
  readonly key: string;
  /** Of the table, by names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly table: string;
  readonly nowMs: number;
  /** The values that the query names for this key, when it names all that it wants. */
  readonly named: () => readonly string[] | undefined;
}

/** The values in their order, made as they are asked for. */
export function projectedValues(options: ProjectionKeyOptions): Iterable<string> {
  const type = property(options, "type").toLowerCase();
  switch (type) {
    case "enum":
      return property(options, "values")
        .split(",")
        .map((value) => value.trim());
    case "integer":
      return integers(options);
    case "date":
      return dates(options);
    case "injected":
      return injected(options);
    default:
      throw wrong(options, "type", "enum, integer, date or injected", type);
  }
}

function* integers(options: ProjectionKeyOptions): Generator<string> {
  const text = property(options, "range");
  const [from, to] = text.split(",").map((part) => wholeNumber(part.trim()));
  if (from === undefined || to === undefined) throw wrong(options, "range", "two whole numbers such as 1,100", text);
  const step = interval(options) ?? 1;
  const digits = wholeNumber(optional(options, "digits") ?? "1") ?? 1;
  for (let value = from; value <= to; value += step) {
    const size = String(Math.abs(value)).padStart(Math.min(digits, DIGITS_MAX), "0");
    yield value < 0 ? `-${size}` : size;
  }
}

const DIGITS_MAX = 20;

function* dates(options: ProjectionKeyOptions): Generator<string> {
  const format = property(options, "format");
  const pattern = parseDatePattern(format);
  if ("reason" in pattern) throw wrong(options, "format", `a pattern of Java's (${pattern.reason})`, format);
  const text = property(options, "range");
  const [from, to] = text.split(",").map((part) => pointIn(options, part.trim(), format));
  if (from === undefined || to === undefined) throw wrong(options, "range", `two dates such as ${format},NOW`, text);
  const step = interval(options);
  const unit = unitOf(options, optional(options, "interval.unit") ?? usualUnit(options, format, step));
  let last = "";
  // Counted from the start, so that the end of a month is no drift: 31 January, 29 February, 31 March.
  for (let count = 0; ; count++) {
    const at = later(from, unit, count * (step ?? 1));
    if (at > to) return;
    const value = formatDate(pattern.parts, at, "UTC");
    if (value !== last) yield value;
    last = value;
  }
}

/** Days and months need no interval; for all else Athena wants one. */
function usualUnit(options: ProjectionKeyOptions, format: string, step: number | undefined): string {
  if (step === undefined && /[Hhms]/.test(format.replace(/'[^']*'/g, ""))) {
    throw wrong(options, "interval.unit", "an interval and its unit for dates with hours", "none");
  }
  return format.includes("d") ? "DAYS" : format.includes("M") ? "MONTHS" : "YEARS";
}

type Unit = keyof typeof UNIT_MS | "MONTHS" | "YEARS";

const UNIT_MS = { SECONDS: 1_000, MINUTES: 60_000, HOURS: 3_600_000, DAYS: 86_400_000, WEEKS: 604_800_000 } as const;

function unitOf(options: ProjectionKeyOptions, text: string): Unit {
  const word = text.toUpperCase().replace(/S?$/, "S");
  if (word === "MONTHS" || word === "YEARS" || Object.hasOwn(UNIT_MS, word)) return word as Unit;
  throw wrong(options, "interval.unit", "SECONDS, MINUTES, HOURS, DAYS, WEEKS, MONTHS or YEARS", text);
}

function later(atMs: number, unit: Unit, count: number): number {
  if (unit !== "MONTHS" && unit !== "YEARS") return atMs + count * UNIT_MS[unit];
  const start = new Date(atMs);
  const day = start.getUTCDate();
  const moved = new Date(atMs);
  moved.setUTCDate(1);
  moved.setUTCMonth(start.getUTCMonth() + count * (unit === "YEARS" ? 12 : 1));
  const lastDay = new Date(Date.UTC(moved.getUTCFullYear(), moved.getUTCMonth() + 1, 0)).getUTCDate();
  moved.setUTCDate(Math.min(day, lastDay));
  return moved.getTime();
}

const NOW = /^NOW\s*(?:([+-])\s*(\d{1,6})\s*([A-Z]+))?$/i;

/** `NOW`, `NOW-3YEARS`, or a date in the key's own format. */
function pointIn(options: ProjectionKeyOptions, text: string, format: string): number | undefined {
  const now = NOW.exec(text);
  if (now !== null) {
    const [, sign, count, unit] = now;
    if (unit === undefined) return options.nowMs;
    return later(options.nowMs, unitOf(options, unit), Number(count) * (sign === "-" ? -1 : 1));
  }
  try {
    const cell = timestampPattern(format)(text);
    return cell === undefined ? undefined : Number(cell.epochSeconds) * 1000;
  } catch (error) {
    throw wrong(options, "format", `a pattern that dates can be read with (${reasonOf(error)})`, format);
  }
}

function injected(options: ProjectionKeyOptions): readonly string[] {
  const named = options.named();
  if (named !== undefined) return named;
  const { key, table } = options;
  const message = `Table ${table}: partition key ${key} is injected, so a query has to name its values with = or IN in WHERE`;
  throw new QueryError("data", message);
}

function interval(options: ProjectionKeyOptions): number | undefined {
  const text = optional(options, "interval");
  if (text === undefined) return undefined;
  const step = wholeNumber(text);
  if (step !== undefined && step > 0) return step;
  throw wrong(options, "interval", "a whole number above 0", text);
}

function wholeNumber(text: string): number | undefined {
  const number = /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
  return number !== undefined && Number.isSafeInteger(number) ? number : undefined;
}

function optional({ key, parameters }: ProjectionKeyOptions, name: string): string | undefined {
  return parameters.get(`projection.${key}.${name}`)?.trim();
}

function property(options: ProjectionKeyOptions, name: string): string {
  const text = optional(options, name);
  if (text !== undefined && text !== "") return text;
  throw wrong(options, name, "a value", "none");
}

function wrong({ key, table }: ProjectionKeyOptions, name: string, expected: string, got: string): QueryError {
  const message = `Table ${table}: expected its property projection.${key}.${name} to be ${expected}, got ${got}`;
  return new QueryError("data", message);
}
