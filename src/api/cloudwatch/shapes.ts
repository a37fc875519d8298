import { boolean, double, integer, list, oneOf, string, structure, timestamp } from "../protocol/shape.ts";

/** Members of CloudWatch's requests, with the limits of its service model. */

const DIMENSIONS_MAX = 30;
const STATISTICS = ["SampleCount", "Average", "Sum", "Minimum", "Maximum"] as const;

export const statistic = oneOf(...STATISTICS);
export type StatisticName = (typeof STATISTICS)[number];

const name = string({ min: 1, max: 255 });
const period = integer({ min: 1 });
const dimensions = list(structure({ Name: name, Value: string({ min: 1, max: 1024 }) }, ["Name", "Value"]), {
  max: DIMENSIONS_MAX,
});

export const unit = oneOf(
  ...["Seconds", "Microseconds", "Milliseconds", "Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes"],
  ...["Bits", "Kilobits", "Megabits", "Gigabits", "Terabits", "Percent", "Count", "Bytes/Second", "Kilobytes/Second"],
  ...["Megabytes/Second", "Gigabytes/Second", "Terabytes/Second", "Bits/Second", "Kilobits/Second"],
  ...["Megabits/Second", "Gigabits/Second", "Terabits/Second", "Count/Second", "None"],
);

export const getMetricStatisticsRequest = structure(
  {
    Namespace: name,
    MetricName: name,
    Dimensions: dimensions,
    StartTime: timestamp(),
    EndTime: timestamp(),
    Period: period,
    Statistics: list(statistic, { min: 1, max: 5 }),
    ExtendedStatistics: list(string(), { max: 10 }),
    Unit: unit,
  },
  ["Namespace", "MetricName", "StartTime", "EndTime", "Period"],
);

const QUERIES_MAX = 500;

/** Points of one answer of GetMetricData. */
export const DATAPOINTS_MAX = 100_800;

export const getMetricDataRequest = structure(
  {
    MetricDataQueries: list(
      structure(
        {
          Id: string({ min: 1, max: 255 }),
          MetricStat: structure(
            {
              Metric: structure({ Namespace: name, MetricName: name, Dimensions: dimensions }),
              Period: period,
              Stat: string(),
              Unit: unit,
            },
            ["Metric", "Period", "Stat"],
          ),
          Expression: string({ min: 1, max: 2048 }),
          Label: string(),
          ReturnData: boolean(),
          Period: period,
        },
        ["Id"],
      ),
      { max: QUERIES_MAX },
    ),
    StartTime: timestamp(),
    EndTime: timestamp(),
    NextToken: string(),
    ScanBy: oneOf("TimestampDescending", "TimestampAscending"),
    MaxDatapoints: integer({ min: 1, max: DATAPOINTS_MAX }),
  },
  ["MetricDataQueries", "StartTime", "EndTime"],
);

export const listMetricsRequest = structure({
  Namespace: name,
  MetricName: name,
  Dimensions: list(structure({ Name: name, Value: string({ min: 1, max: 1024 }) }, ["Name"]), { max: 10 }),
  NextToken: string(),
  RecentlyActive: oneOf("PT3H"),
});

/** What the service takes in one call. */
const DATA_MAX = 1000;
const VALUES_MAX = 150;

const metricData = list(
  structure(
    {
      MetricName: name,
      Dimensions: dimensions,
      Timestamp: timestamp(),
      Value: double(),
      StatisticValues: structure({ SampleCount: double(), Sum: double(), Minimum: double(), Maximum: double() }, [
        "SampleCount",
        "Sum",
        "Minimum",
        "Maximum",
      ]),
      Values: list(double(), { max: VALUES_MAX }),
      Counts: list(double(), { max: VALUES_MAX }),
      Unit: unit,
    },
    ["MetricName"],
  ),
  { max: DATA_MAX },
);

export const putMetricDataRequest = structure(
  {
    Namespace: name,
    MetricData: metricData,
    EntityMetricData: list(structure({ MetricData: metricData }), { max: 2 }),
  },
  ["Namespace"],
);
