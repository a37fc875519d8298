import type { MetricHistory, Point } from "../telemetry/history/metric-history.ts";
import { streamSeriesKey } from "../telemetry/history/stream-series.ts";
import { ALARM_MEASURES, type AlarmMeasure } from "./alarm-measures.ts";
import type { AlarmRule } from "./alarm-section.ts";

const MINUTE_MS = 60_000;

export type AlarmState = "ok" | "alarm";

export interface Verdict {
  /** `undefined`: what is known decides nothing, the alarm stays as it is. */
  readonly state: AlarmState | undefined;
  /** Of the newest period in which there is one. */
  readonly value: number | undefined;
}

/** Whether the periods of a rule end at this time: they begin at whole multiples of their length. */
export function isDue({ periodMinutes }: AlarmRule, now: number): boolean {
  return now % (periodMinutes * MINUTE_MS) === 0;
}

/** What a rule says of each of the streams at `now`, the end of its newest period. */
export async function evaluateRule(
  history: Pick<MetricHistory, "read">,
  rule: AlarmRule,
  streams: readonly string[],
  now: number,
): Promise<ReadonlyMap<string, Verdict>> {
  const measure: AlarmMeasure = ALARM_MEASURES[rule.measure];
  const periodMs = rule.periodMinutes * MINUTE_MS;
  const starts = Array.from({ length: rule.periods }, (_, index) => now - (rule.periods - index) * periodMs);
  const names = new Set(measure.metrics);
  const found = await history.read({
    from: starts[0] ?? now,
    to: now,
    periodMs,
    wanted: ({ name }) => names.has(name),
  });
  return new Map(
    streams.map((stream) => {
      const byMetric = measure.metrics.map((metric) => byStart(found.get(streamSeriesKey(stream, metric)) ?? []));
      const values = starts.map((start) => measure.value(byMetric.map((points) => points.get(start))));
      return [stream, verdictOf(values, rule.above)];
    }),
  );
}

/** On when all periods are above; off when one is not; what is not known leaves both as they are. */
export function verdictOf(values: readonly (number | undefined)[], above: number): Verdict {
  const value = values.findLast((one) => one !== undefined);
  if (values.some((one) => one !== undefined && one <= above)) return { state: "ok", value };
  return { state: values.includes(undefined) ? undefined : "alarm", value };
}

function byStart(points: readonly Point[]): ReadonlyMap<number, Point> {
  return new Map(points.map((point) => [point.at, point]));
}
