/** Where the lines of a scale stand: few round numbers, round times or names. */

const STEPS = [1, 2, 2.5, 5, 10];

/** Round numbers from at or below the smallest to at or above the largest value, about as many as wanted. */
export function numberTicks(min: number, max: number, wanted: number): readonly number[] {
  const span = max > min ? max - min : Math.max(1, Math.abs(max));
  const power = 10 ** Math.floor(Math.log10(span / wanted));
  const step = power * (STEPS.find((one) => one * power >= span / wanted) ?? 10);
  const first = Math.floor(min / step);
  const last = Math.max(Math.ceil(max / step), first + 1);
  return Array.from({ length: last - first + 1 }, (_, at) => Number(((first + at) * step).toPrecision(12)));
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const TIME_STEPS_MS = [
  ...[1, 2, 5, 10, 30].map((seconds) => seconds * SECOND_MS),
  ...[1, 2, 5, 10, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 3, 6, 12].map((hours) => hours * HOUR_MS),
  ...[1, 2, 7, 14, 30, 90, 180, 365, 730, 1825, 3650].map((days) => days * DAY_MS),
];

/** Times between the first and the last, at whole steps of UTC. */
export function timeTicks(minMs: number, maxMs: number, wanted: number): readonly number[] {
  const step = TIME_STEPS_MS.find((one) => (maxMs - minMs) / one <= wanted) ?? TIME_STEPS_MS.at(-1) ?? DAY_MS;
  const ticks: number[] = [];
  for (let at = Math.ceil(minMs / step) * step; at <= maxMs; at += step) ticks.push(at);
  return ticks;
}

/** As much of a time as tells neighbours apart: `14:05:30`, `14:05`, `22 Nov`, `Nov 2026`. */
export function timeLabel(atMs: number, spanMs: number): string {
  const text = new Date(atMs).toISOString();
  if (spanMs <= 10 * MINUTE_MS) return text.slice(11, 19);
  if (spanMs <= 2 * DAY_MS) return text.slice(11, 16);
  const options = spanMs > 400 * DAY_MS ? ({ month: "short", year: "numeric" } as const) : DAY_AND_MONTH;
  return new Date(atMs).toLocaleDateString("en-GB", { ...options, timeZone: "UTC" });
}

const DAY_AND_MONTH = { day: "numeric", month: "short" } as const;
