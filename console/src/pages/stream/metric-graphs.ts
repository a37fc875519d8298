/** Which metrics of a stream stand in one graph, and what each point of a line is. */
import type { MetricSeries } from "../../api/admin-api.ts";
import { formatBytes, formatCount, formatDuration } from "../../ui/format-value.ts";

export interface MetricAnswer {
  readonly from: string;
  readonly to: string;
  /** Seconds. */
  readonly period: number;
  readonly series: readonly MetricSeries[];
}

export interface MetricGraph {
  readonly title: string;
  readonly about: string;
  readonly format: (value: number) => string;
  readonly lines: readonly MetricLine[];
}

export interface MetricLine {
  readonly label: string;
  /** One for each time; null where nothing was measured. */
  readonly values: readonly (number | null)[];
}

type Statistic = "sum" | "max" | "average";

interface Kind extends Omit<MetricGraph, "lines"> {
  readonly metrics: RegExp;
  readonly statistic: Statistic;
}

/** A line beyond these is told apart by nobody. */
const LINES_MAX = 4;

const KINDS: readonly Kind[] = [
  {
    title: "Records",
    about: "In each period.",
    metrics: /^(IncomingRecords|DataReadFrom\w+\.Records|DeliveryTo\w+\.Records)$/,
    statistic: "sum",
    format: formatCount,
  },
  {
    title: "Bytes",
    about: "In each period.",
    metrics: /^(IncomingBytes|DataReadFrom\w+\.Bytes|DeliveryTo\w+\.Bytes)$/,
    statistic: "sum",
    format: formatBytes,
  },
  {
    title: "Freshness",
    about: "Age of the oldest record that had not landed.",
    metrics: /^DeliveryTo\w+\.DataFreshness$/,
    statistic: "max",
    format: (seconds) => formatDuration(seconds * 1000),
  },
  {
    title: "Success",
    about: "Share of deliveries and calls of functions that went well.",
    metrics: /^(DeliveryTo\w+|ExecuteProcessing)\.Success$/,
    statistic: "average",
    format: (share) => `${Math.round(share * 1000) / 10} %`,
  },
  {
    title: "Refused records",
    about: "By the stream's limits, by processors, by the format.",
    metrics: /^(ThrottledRecords|RejectedRecords|FailedConversion\.Records)$/,
    statistic: "sum",
    format: formatCount,
  },
  {
    title: "Functions",
    about: "How long a call took.",
    metrics: /^ExecuteProcessing\.Duration$/,
    statistic: "average",
    format: (ms) => `${Math.round(ms)} ms`,
  },
  {
    title: "Log on disk",
    about: "The most of each period.",
    metrics: /^LogBytes$/,
    statistic: "max",
    format: formatBytes,
  },
];

/** The graphs that have anything to show. */
export function metricGraphsOf(answer: MetricAnswer): readonly MetricGraph[] {
  return KINDS.flatMap(({ metrics, statistic, ...kind }) => {
    const chosen = answer.series.filter(({ metric }) => metrics.test(metric)).slice(0, LINES_MAX);
    const lines = chosen.map((series) => lineOf(series, statistic, answer));
    return lines.length === 0 ? [] : [{ ...kind, lines }];
  });
}

/** Seconds since 1970 of all periods, those without a point too. */
export function timesOf({ from, to, period }: MetricAnswer): readonly number[] {
  const first = Date.parse(from) / 1000;
  const count = Math.ceil((Date.parse(to) / 1000 - first) / period);
  return Array.from({ length: Math.max(0, count) }, (_, at) => first + at * period);
}

function lineOf(series: MetricSeries, statistic: Statistic, answer: MetricAnswer): MetricLine {
  const points = new Map(series.points.map((point) => [Date.parse(point.at) / 1000, point[statistic]]));
  // Nothing counted is a zero; nothing measured is unknown.
  const otherwise = statistic === "sum" ? 0 : null;
  return { label: labelOf(series), values: timesOf(answer).map((at) => points.get(at) ?? otherwise) };
}

/** The stream is on top of the page; what else a series is about tells it from its like. */
function labelOf({ metric, dimensions }: MetricSeries): string {
  const more = Object.entries(dimensions).flatMap(([name, value]) => (name === "DeliveryStreamName" ? [] : [value]));
  return [metric, ...more].join(" ");
}

/** What a line comes to, for who does not see it. */
export function lineSummary({ label, values }: MetricLine, format: (value: number) => string): string {
  const known = values.filter((value) => value !== null);
  const last = known.at(-1);
  if (last === undefined) return `${label}: nothing measured`;
  return `${label}: ${format(last)} at the end, at most ${format(Math.max(...known))}`;
}
