import { LakehoseError } from "../../model/errors.ts";
import { fractionNanos, timestampOf } from "./calendar.ts";
import type { TimestampCell } from "./row.ts";

/** Letters of Joda's DateTimeFormat that say something about a point in time, as regular expressions. */
const LETTERS: Readonly<Record<string, (width: number) => string>> = {
  y: (width) => (width === 2 ? "(?<year2>\\d{2})" : "(?<year>\\d{1,4})"),
  Y: (width) => (width === 2 ? "(?<year2>\\d{2})" : "(?<year>\\d{1,4})"),
  M: (width) => (width >= 3 ? "(?<monthName>\\p{L}+)" : digits("month", width)),
  d: (width) => digits("day", width),
  H: (width) => digits("hour", width),
  h: (width) => digits("hour12", width),
  m: (width) => digits("minute", width),
  s: (width) => digits("second", width),
  S: (width) => `(?<fraction>\\d{1,${Math.max(width, 1)}})`,
  a: () => "(?<half>[AaPp][Mm])",
  E: () => "\\p{L}+",
  Z: (width) => (width === 1 ? "(?<offset>[+-]\\d{4})" : "(?<offset>Z|[+-]\\d{2}:\\d{2})"),
};

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** Years of two digits lie from 50 years before to 49 years after this one (Joda's pivot is the present; ours stands). */
const PIVOT_YEAR = 2020;

/** Compiles a pattern such as `dd/MMM/yyyy:HH:mm:ss Z`; throws for letters that no timestamp can be read from. */
export function timestampPattern(pattern: string): (text: string) => TimestampCell | undefined {
  const source = patternSource(pattern);
  let expression: RegExp;
  try {
    expression = new RegExp(`^${source}$`, "u");
  } catch (cause) {
    throw new LakehoseError("bad-timestamp-format", `Expected each part of a timestamp once, got ${pattern}`, {
      cause,
    });
  }
  return (text) => {
    const groups = expression.exec(text)?.groups;
    return groups === undefined ? undefined : fromGroups(groups);
  };
}

function patternSource(pattern: string): string {
  let source = "";
  for (const [part] of pattern.matchAll(/'(?:[^']|'')*'|([A-Za-z])\1*|[^A-Za-z']+|'/g)) {
    const letter = part.charAt(0);
    if (letter === "'") source += escaped(part === "''" ? "'" : part.slice(1, -1).replaceAll("''", "'"));
    else if (/[A-Za-z]/.test(letter)) source += letterSource(letter, part.length, pattern);
    else source += escaped(part);
  }
  return source;
}

function letterSource(letter: string, width: number, pattern: string): string {
  const source = LETTERS[letter];
  if (source !== undefined) return source(width);
  const known = Object.keys(LETTERS).join(" ");
  throw new LakehoseError("bad-timestamp-format", `Expected letters of ${known} or text in quotes, got ${pattern}`);
}

function digits(name: string, width: number): string {
  return `(?<${name}>\\d{${width >= 2 ? width : "1,2"}})`;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, (character) => (character === "-" ? character : `\\${character}`));
}

function fromGroups(groups: Readonly<Record<string, string | undefined>>): TimestampCell | undefined {
  const { year, year2, month, monthName, fraction, offset } = groups;
  const number = (text: string | undefined, absent: number) => (text === undefined ? absent : Number(text));
  return timestampOf({
    year: year2 === undefined ? number(year, 1970) : nearPivot(Number(year2)),
    month: monthName === undefined ? number(month, 1) : MONTHS.indexOf(monthName.slice(0, 3).toLowerCase()) + 1,
    day: number(groups.day, 1),
    hour: hourOf(groups),
    minute: number(groups.minute, 0),
    second: number(groups.second, 0),
    nanos: fraction === undefined ? 0 : fractionNanos(fraction),
    offsetSeconds: offset === undefined ? 0 : offsetSeconds(offset),
  });
}

function nearPivot(twoDigits: number): number {
  const century = PIVOT_YEAR - (PIVOT_YEAR % 100);
  const year = century + twoDigits;
  return year >= PIVOT_YEAR + 50 ? year - 100 : year;
}

function hourOf({ hour, hour12, half }: Readonly<Record<string, string | undefined>>): number {
  if (hour12 === undefined) return Number(hour ?? 0);
  if (Number(hour12) < 1 || Number(hour12) > 12) return Number.POSITIVE_INFINITY;
  return (Number(hour12) % 12) + (half?.toLowerCase() === "pm" ? 12 : 0);
}

function offsetSeconds(text: string): number {
  if (text === "Z") return 0;
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(-2));
  return (text.startsWith("-") ? -60 : 60) * minutes;
}
