import { decimalText } from "./cell-text.ts";

/**
 * Values of files that others wrote, as JSON that DuckDB casts to the types of a table without loss: decimals, dates, times
 * and what JSON has no number for as texts, bytes as `\xNN`, which its cast to BLOB takes at any depth.
 */
export function numberJson(value: number): string {
  return Number.isFinite(value) ? String(value) : `"${value}"`;
}

export function bytesJson(bytes: Buffer): string {
  return `"${bytes.toString("hex").toUpperCase().replaceAll(/../g, "\\\\x$&")}"`;
}

export function decimalJson(unscaled: bigint, scale: number): string {
  return scale < 0 ? `"${unscaled * 10n ** BigInt(-scale)}"` : `"${decimalText(unscaled, scale)}"`;
}

/** Days since 1970-01-01, in the years that JavaScript's calendar has: 271,821 before our era to 275,760. */
export function dateJson(days: number): string {
  return `"${dayText(days)}"`;
}

/** A wall clock; what is below a microsecond is cut off. */
export function timestampJson(epochSeconds: number, nanos: number): string {
  const days = Math.floor(epochSeconds / SECONDS_PER_DAY);
  const time = new Date((epochSeconds - days * SECONDS_PER_DAY) * 1000).toISOString().slice(11, 19);
  const fraction = nanos < 1000 ? "" : `.${String(Math.floor(nanos / 1000)).padStart(6, "0")}`;
  return `"${dayText(days)} ${time}${fraction}"`;
}

/** A member's name; keys of maps that are no texts become their text. */
export function keyJson(json: string): string {
  return json.startsWith('"') ? json : JSON.stringify(json);
}

const SECONDS_PER_DAY = 86_400;
const DAYS_MAX = 100_000_000;

function dayText(days: number): string {
  if (!(Math.abs(days) < DAYS_MAX))
    throw new Error(`Expected a date of at most ${DAYS_MAX} days from 1970, got ${days}`);
  const date = new Date(days * SECONDS_PER_DAY * 1000);
  const year = date.getUTCFullYear();
  const monthAndDay = date.toISOString().slice(-20, -14);
  const digits = String(year > 0 ? year : 1 - year).padStart(4, "0");
  return `${digits}${monthAndDay}${year > 0 ? "" : " (BC)"}`;
}
