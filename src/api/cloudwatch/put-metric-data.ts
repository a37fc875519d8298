import { AHEAD_MS_MAX } from "../../telemetry/history/metric-history.ts";
import { OWN_NAMESPACE } from "../../telemetry/history/sample-catalogue.ts";
import { seriesKey } from "../../telemetry/history/series.ts";
import { joined, type Statistics, statisticsOf } from "../../telemetry/history/statistics.ts";
import type { ShapeValue } from "../protocol/shape.ts";
import { WireError } from "../protocol/wire-error.ts";
import {
  type CloudWatchContext,
  type CloudWatchOperation,
  invalidCombination,
  invalidValue,
} from "./cloudwatch-operation.ts";
import { putMetricDataRequest } from "./shapes.ts";

type Datum = NonNullable<ShapeValue<typeof putMetricDataRequest>["MetricData"]>[number];

const DAY_MS = 86_400_000;

/** As the service has it: how far back a sample may be dated. */
const BEHIND_MS_MAX = 14 * DAY_MS;

/** The range of values that the service takes. */
const VALUE_MAX = 2 ** 360;

/**
 * PutMetricData request  => Namespace, MetricData: [MetricName, Dimensions?, Timestamp?, Value | StatisticValues |
 *                           Values and Counts?, Unit?]
 * PutMetricData response => nothing
 *
 * All data are checked before the first is kept. They are read back by the other operations, in steps of a minute.
 */
export function putMetricData({ history, clock }: CloudWatchContext): CloudWatchOperation<typeof putMetricDataRequest> {
  return {
    name: "PutMetricData",
    shape: putMetricDataRequest,
    handle: ({ Namespace: namespace, MetricData = [], EntityMetricData = [] }) => {
      if (namespace.startsWith("AWS/") || namespace === OWN_NAMESPACE) {
        throw invalidValue(`The value ${namespace} for parameter Namespace is reserved: choose another namespace`);
      }
      const data = [...MetricData, ...EntityMetricData.flatMap((entity) => entity.MetricData ?? [])];
      if (data.length === 0) {
        throw new WireError("MissingRequiredParameterException", "The parameter MetricData is required");
      }
      const now = clock.now();
      const samples = data.map((datum) => ({
        key: keyOf(namespace, datum),
        statistics: statisticsIn(datum),
        at: timeIn(datum, now),
      }));
      for (const { key, statistics, at } of samples) {
        if (history.offer(key, statistics, at)) continue;
        const message = "There are more metrics than are kept: put fewer, with fewer and shorter dimensions";
        throw new WireError("ThrottlingException", message);
      }
      return {};
    },
  };
}

function keyOf(namespace: string, { MetricName: name, Dimensions = [], Unit: unit = "None" }: Datum): string {
  const dimensions = Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value]));
  if (Object.keys(dimensions).length < Dimensions.length) {
    throw invalidValue(`The Dimensions of ${name} have a name twice`);
  }
  return seriesKey({ namespace, name, unit, dimensions });
}

function timeIn({ Timestamp: time, MetricName: name }: Datum, now: number): number {
  const at = time === undefined ? now : time * 1000;
  if (at >= now - BEHIND_MS_MAX && at <= now + AHEAD_MS_MAX) return at;
  throw invalidValue(`The Timestamp of ${name} must be from two weeks ago to two hours from now`);
}

function statisticsIn(datum: Datum): Statistics {
  const { MetricName: name, Value, StatisticValues, Values } = datum;
  const given = [Value, StatisticValues, Values].filter((one) => one !== undefined).length;
  if (given !== 1) throw invalidCombination(`${name} must have one of Value, StatisticValues and Values`);
  const statistics = statisticsOfDatum(datum);
  const numbers = Object.values(statistics);
  if (numbers.every((value) => Math.abs(value) <= VALUE_MAX) && statistics.count > 0) return statistics;
  throw invalidValue(`The values of ${name} must be numbers from -2^360 to 2^360, at least one of them`);
}

function statisticsOfDatum({ MetricName: name, Value, StatisticValues, Values = [], Counts }: Datum): Statistics {
  if (Value !== undefined) return statisticsOf(Value);
  if (StatisticValues !== undefined) {
    const { SampleCount: count, Sum: sum, Minimum: min, Maximum: max } = StatisticValues;
    return { count, sum, min, max };
  }
  if (Counts !== undefined && Counts.length !== Values.length) {
    throw invalidCombination(`Counts of ${name} must be as many as its Values`);
  }
  const nothing: Statistics = { count: 0, sum: 0, min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY };
  return Values.reduce((known, value, place) => {
    const count = Counts?.[place] ?? 1;
    return joined(known, { count, sum: value * count, min: value, max: value });
  }, nothing);
}
