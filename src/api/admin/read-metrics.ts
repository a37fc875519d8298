import type { JsonObject } from "../../std/json.ts";
import type { Point } from "../../telemetry/history/metric-history.ts";
import { FIREHOSE_NAMESPACE, SAMPLED_METRICS } from "../../telemetry/history/sample-catalogue.ts";
import { type Series, STREAM_DIMENSION, seriesOf } from "../../telemetry/history/series.ts";
import { WireError } from "../protocol/wire-error.ts";
import type { AdminContext, Endpoint } from "./endpoint.ts";

const MINUTE_MS = 60_000;

/** What is shown when nobody says from when on. */
const SPAN_MS_DEFAULT = 60 * MINUTE_MS;

/** A week of minutes and a little more. */
const POINTS_MAX = 11_000;

/** What is shown unless somebody says otherwise: about as many points as a graph has room for. */
const POINTS_WANTED = 200;

/** Periods that are looked at for a default: those that files have, and what is easily read between. */
const PERIODS_MS = [1, 5, 15, 60, 360, 1440].map((minutes) => minutes * MINUTE_MS);

/**
 * GET /api/metrics?stream=&metric=&from=&to=&period= => {from, to, period, series: [{namespace, metric, unit, dimensions, points}]}
 *
 * `metric` may stand several times; without one there are all that the stream has. `from` and `to` are ISO 8601 or
 * milliseconds since 1970, by default the last hour; `period` is in seconds, a whole number of minutes. A point is
 * {at, sum, count, min, max, average}; periods in which nothing was measured have none.
 */
export function readMetrics({ history, clock }: AdminContext): Endpoint {
  return {
    method: "GET",
    role: "viewer",
    path: "metrics",
    action: "lakehose:ReadMetrics",
    handle: async ({ query }) => {
      const { from, to, periodMs } = rangeIn(query, clock.now());
      const stream = query.get("stream");
      const names = new Set(query.getAll("metric"));
      const namespace = query.get("namespace");
      const wanted = (series: Series) =>
        (names.size === 0 || names.has(series.name)) &&
        (stream === null || series.dimensions[STREAM_DIMENSION] === stream) &&
        series.namespace === (namespace ?? SAMPLED_METRICS.get(series.name)?.namespace ?? FIREHOSE_NAMESPACE);
      const found = await history.read({ from, to, periodMs, wanted });
      return {
        from: new Date(from).toISOString(),
        to: new Date(to).toISOString(),
        period: periodMs / 1000,
        series: [...found].map(([key, points]) => describe(seriesOf(key), points)),
      };
    },
  };
}

function describe({ name, namespace, unit, dimensions }: Series, points: readonly Point[]): JsonObject {
  return {
    namespace,
    metric: name,
    unit,
    dimensions: { ...dimensions },
    points: points.map(({ at, sum, count, min, max }) => ({
      at: new Date(at).toISOString(),
      sum,
      count,
      min,
      max,
      average: sum / count,
    })),
  };
}

function rangeIn(query: URLSearchParams, now: number) {
  const to = timeIn(query, "to") ?? now;
  const from = timeIn(query, "from") ?? to - SPAN_MS_DEFAULT;
  if (from >= to) throw invalid(`from has to be before to, got ${query.get("from")} and ${query.get("to")}`);
  const span = to - from;
  const fitting = PERIODS_MS.find((period) => span / period <= POINTS_WANTED) ?? PERIODS_MS.at(-1) ?? MINUTE_MS;
  const asked = query.get("period");
  const periodMs = asked === null ? fitting : Number(asked) * 1000;
  if (!Number.isInteger(periodMs) || periodMs < MINUTE_MS || periodMs % MINUTE_MS !== 0) {
    throw invalid(`period is a number of seconds, 60 or a multiple of it, got ${asked}`);
  }
  if (span / periodMs > POINTS_MAX) {
    throw invalid(
      `A period of ${periodMs / 1000} s makes more than ${POINTS_MAX} points of that time: ask for a longer one`,
    );
  }
  // The period in which `from` lies is shown whole.
  return { from: Math.floor(from / periodMs) * periodMs, to, periodMs };
}

function timeIn(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const time = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  if (time >= 0 && time <= TIME_MAX) return time;
  throw invalid(`${name} is a time as ISO 8601 or in milliseconds since 1970, got ${text.slice(0, 100)}`);
}

/** The latest that a `Date` holds. */
const TIME_MAX = 8.64e15;

function invalid(message: string): WireError {
  return new WireError("InvalidArgumentException", message);
}
