import type { MetricHistory, Point } from "../../telemetry/history/metric-history.ts";
import { type Series, seriesOf } from "../../telemetry/history/series.ts";
import { joined } from "../../telemetry/history/statistics.ts";
import { invalidCombination, invalidValue } from "./cloudwatch-operation.ts";
import type { StatisticName } from "./shapes.ts";

const MINUTE_S = 60;

/** Periods below a minute are of metrics that CloudWatch measures more often; here they are read as a minute. */
const SHORT_PERIODS_S: ReadonlySet<number> = new Set([1, 5, 10, 20, 30]);

export interface WantedMetric {
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[];
}

export interface WantedPoints {
  readonly metric: WantedMetric;
  readonly unit?: string | undefined;
  readonly periodS: number;
}

/** Seconds since 1970; the second exclusive. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export interface FoundPoints {
  readonly unit: string;
  readonly points: readonly Point[];
}

/**
 * The points of each metric, oldest first. A metric has exactly the dimensions that are asked for, as in CloudWatch. Of one
 * that was put under several units, and nobody says which, the values are joined. Metrics of the same period are read
 * together.
 */
export async function readPoints(
  history: MetricHistory,
  all: readonly WantedPoints[],
  { from, to }: Range,
): Promise<readonly FoundPoints[]> {
  if (from >= to) throw invalidCombination("The parameter StartTime must be less than the parameter EndTime");
  const byPeriod = Map.groupBy(all, ({ periodS }) => checkedPeriodS(periodS) * 1000);
  const found = new Map<WantedPoints, FoundPoints>();
  for (const [periodMs, metrics] of byPeriod) {
    const matchers = metrics.map((metric) => ({ metric, matches: matcherOf(metric) }));
    const series = await history.read({
      // A period is whole or not there: one that began before the time that is asked for is shown.
      from: Math.floor((from * 1000) / periodMs) * periodMs,
      to: to * 1000,
      periodMs,
      wanted: (one) => matchers.some(({ matches }) => matches(one)),
    });
    for (const { metric, matches } of matchers) found.set(metric, pick(series, metric, matches));
  }
  return all.map((metric) => found.get(metric) ?? { unit: "None", points: [] });
}

function matcherOf({ metric, unit }: WantedPoints): (series: Series) => boolean {
  const { Namespace, MetricName, Dimensions = [] } = metric;
  const dimensions = new Map(Dimensions.map(({ Name, Value }) => [Name, Value]));
  return (series) =>
    series.namespace === Namespace &&
    series.name === MetricName &&
    (unit === undefined || series.unit === unit) &&
    hasExactly(series.dimensions, dimensions);
}

function pick(
  found: ReadonlyMap<string, readonly Point[]>,
  { unit }: WantedPoints,
  matches: (series: Series) => boolean,
): FoundPoints {
  const own = [...found].map(([key, points]) => ({ series: seriesOf(key), points }));
  const matching = own.filter(({ series }) => matches(series));
  return {
    unit: unit ?? matching[0]?.series.unit ?? "None",
    points: joinSeries(matching.map(({ points }) => points)),
  };
}

export function checkedPeriodS(periodS: number): number {
  if (SHORT_PERIODS_S.has(periodS)) return MINUTE_S;
  if (periodS % MINUTE_S === 0) return periodS;
  throw invalidValue(`The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60, got ${periodS}`);
}

export function statisticIn({ sum, count, min, max }: Point, statistic: StatisticName): number {
  const values = { SampleCount: count, Average: sum / count, Sum: sum, Minimum: min, Maximum: max };
  return values[statistic];
}

function hasExactly(given: Readonly<Record<string, string>>, wanted: ReadonlyMap<string, string>): boolean {
  const names = Object.keys(given);
  return names.length === wanted.size && names.every((name) => wanted.get(name) === given[name]);
}

function joinSeries(all: readonly (readonly Point[])[]): readonly Point[] {
  const [first = [], ...others] = all;
  if (others.length === 0) return first;
  const byTime = new Map<number, Point>();
  for (const point of all.flat()) {
    byTime.set(point.at, { at: point.at, ...joined(byTime.get(point.at), point) });
  }
  return [...byTime.values()].sort((one, other) => one.at - other.at);
}
