import { z } from "zod";

/**
 * The kinds of values that settings have. A value may come as text (tags, YAML) or as a number (YAML, JSON); text is
 * limited to what a tag value may hold: letters, digits, space and `_.:/=+-@%`.
 */

const BYTE_UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
};

const DURATION_UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 60e3, h: 3600e3, d: 86_400e3 };

export interface WallClockTime {
  /** `HH:mm`. */
  readonly time: string;
  readonly timeZone: string;
}

interface Limits {
  readonly description: string;
  readonly example: string;
  readonly min: number;
  readonly max: number;
}

/** A size such as `512MB` or `1.5GiB`; a plain number is bytes. */
export function byteSize(limits: Limits) {
  return measure(limits, BYTE_UNITS, "a size with a unit (B, KB, MB, GB, TB, KiB, MiB, GiB, TiB)");
}

/** A length of time such as `15m` or `1h30m`; a plain number is refused, because nobody agrees on its unit. */
export function duration(limits: Limits) {
  const expected = "a length of time with a unit (ms, s, m, h, d)";
  return z
    .string()
    .transform((text, context) => {
      const parsed = parseDuration(text);
      return accept(parsed, limits, expected, text, context);
    })
    .meta({ description: limits.description, examples: [limits.example] });
}

/** A length of time, or `off` for "never". */
export function durationOrOff(limits: Limits) {
  return z.union([z.literal("off"), duration(limits)]).meta({
    description: limits.description,
    examples: [limits.example, "off"],
  });
}

/** A whole number, as a number or as text. */
export function count(limits: Limits) {
  return z
    .union([z.number(), z.string()])
    .transform((value, context) => {
      const text = String(value);
      const parsed = /^\d{1,15}$/.test(text) ? Number(text) : undefined;
      return accept(parsed, limits, "a whole number", text, context);
    })
    .meta({ description: limits.description, examples: [limits.example] });
}

/** A time of day with a zone, such as `08:30 Europe/London`; without a zone it is UTC. */
export function wallClock(description: string, example: string) {
  return z
    .string()
    .transform((text, context): WallClockTime => {
      const [, time, timeZone = "UTC"] = /^((?:[01]\d|2[0-3]):[0-5]\d)(?: +(\S+))?$/.exec(text) ?? [];
      if (time !== undefined && isTimeZone(timeZone)) return { time, timeZone };
      context.addIssue(`expected a time of day and a time zone such as "${example}", got "${text}"`);
      return z.NEVER;
    })
    .meta({ description, examples: [example] });
}

/** `infer`, or a table of the catalog as `database.table`. */
export function tableName(description: string, example: string) {
  return z
    .string()
    .transform((text, context): "infer" | { readonly databaseName: string; readonly tableName: string } => {
      if (text === "infer") return text;
      const [, databaseName, tableName] = /^([^.]+)\.(.+)$/.exec(text) ?? [];
      if (databaseName !== undefined && tableName !== undefined) return { databaseName, tableName };
      context.addIssue(`expected infer, or a database and a table such as "${example}", got "${text}"`);
      return z.NEVER;
    })
    .meta({ description, examples: [example, "infer"] });
}

/** True for names that the time-zone database knows. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function measure(limits: Limits, units: Readonly<Record<string, number>>, expected: string) {
  return z
    .union([z.number(), z.string()])
    .transform((value, context) => {
      const text = String(value);
      const [, number, unit = "B"] = /^(\d+(?:\.\d+)?) ?([A-Za-z]+)?$/.exec(text) ?? [];
      const factor = units[unit];
      const parsed = number === undefined || factor === undefined ? undefined : Math.round(Number(number) * factor);
      return accept(parsed, limits, expected, text, context);
    })
    .meta({ description: limits.description, examples: [limits.example] });
}

function parseDuration(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d) ?)+$/.test(text)) return undefined;
  let total = 0;
  for (const [, number = "0", unit = ""] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    total += Number(number) * (DURATION_UNITS[unit] ?? Number.NaN);
  }
  return Math.round(total);
}

function accept(
  parsed: number | undefined,
  limits: Limits,
  expected: string,
  text: string,
  context: z.RefinementCtx,
): number {
  if (parsed === undefined) {
    context.addIssue(`expected ${expected} such as "${limits.example}", got "${text}"`);
    return z.NEVER;
  }
  if (parsed >= limits.min && parsed <= limits.max) return parsed;
  context.addIssue(`expected a value from ${limits.min} to ${limits.max} such as "${limits.example}", got "${text}"`);
  return z.NEVER;
}
