import type { TimestampCell } from "./row.ts";

/** Cells as texts, the way Hive and DuckDB both read them. */

/** A decimal of that scale: 8451 at scale 2 is `84.51`. */
export function decimalText(unscaled: bigint, scale: number): string {
  const negative = unscaled < 0n;
  const digits = (negative ? -unscaled : unscaled).toString().padStart(scale + 1, "0");
  const point = digits.length - scale;
  const text = scale === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`;
  return negative ? `-${text}` : text;
}

/** `yyyy-MM-dd` of days since 1970-01-01. */
export function dateText(days: number): string {
  return new Date(days * 86_400_000).toISOString().slice(0, 10);
}

/** `yyyy-MM-dd HH:mm:ss`, with a fraction of up to nine digits where it is not zero. */
export function timestampText({ epochSeconds, nanos }: TimestampCell): string {
  const text = new Date(epochSeconds * 1000).toISOString();
  const fraction = nanos === 0 ? "" : `.${nanos.toString().padStart(9, "0").replace(/0+$/, "")}`;
  return `${text.slice(0, 10)} ${text.slice(11, 19)}${fraction}`;
}
