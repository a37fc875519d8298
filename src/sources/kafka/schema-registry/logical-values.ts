/** Avro's logical types as JSON that people and SQL engines read: decimals keep their digits, times are ISO 8601. */

/** Two's complement, big-endian; as text, for a JSON number would lose digits. */
export function decimalText(bytes: Buffer, scale: number): string {
  const unscaled = bytes.length === 0 ? 0n : BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString("hex")}`));
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
  const point = digits.length - scale;
  const text = scale === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`;
  return unscaled < 0n ? `-${text}` : text;
}

const DAY_MS = 86_400_000;

/** Days since 1970. */
export function dateText(days: number): string {
  return isoText(days * DAY_MS).slice(0, -"T00:00:00.000Z".length);
}

/** Time of day; `unitsPerSecond` is 1,000 or 1,000,000. */
export function timeText(units: bigint, unitsPerSecond: bigint): string {
  const day = 86_400n * unitsPerSecond;
  if (units < 0n || units >= day) throw new RangeError(`expected a time of day below ${day}, got ${units}`);
  return timestampText(units, unitsPerSecond).slice("1970-01-01T".length);
}

/** Without zone. */
export function timestampText(units: bigint, unitsPerSecond: bigint): string {
  const fraction = ((units % unitsPerSecond) + unitsPerSecond) % unitsPerSecond;
  const seconds = (units - fraction) / unitsPerSecond;
  const places = String(unitsPerSecond).length - 1;
  return `${isoText(Number(seconds) * 1000).slice(0, -".000Z".length)}.${String(fraction).padStart(places, "0")}`;
}

/** Months, days and milliseconds, each little-endian. */
export function durationOf(bytes: Buffer): {
  readonly months: number;
  readonly days: number;
  readonly milliseconds: number;
} {
  return { months: bytes.readUInt32LE(0), days: bytes.readUInt32LE(4), milliseconds: bytes.readUInt32LE(8) };
}

function isoText(ms: number): string {
  return new Date(ms).toISOString();
}
