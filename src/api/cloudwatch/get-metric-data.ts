import type { Point } from "../../telemetry/history/metric-history.ts";
import type { ShapeValue } from "../protocol/shape.ts";
import { WireError } from "../protocol/wire-error.ts";
import type { WireTree } from "../protocol/wire-tree.ts";
import { type CloudWatchContext, type CloudWatchOperation, invalidValue } from "./cloudwatch-operation.ts";
import { checkedPeriodS, readPoints, statisticIn } from "./points.ts";
import { DATAPOINTS_MAX, getMetricDataRequest, type StatisticName, statistic } from "./shapes.ts";

type Query = ShapeValue<typeof getMetricDataRequest>["MetricDataQueries"][number];

interface AnsweredQuery {
  readonly query: Query;
  readonly statistic: StatisticName;
  readonly points: readonly Point[];
}

/**
 * GetMetricData request  => MetricDataQueries: [Id, MetricStat, Label?, ReturnData?], StartTime, EndTime, ScanBy?,
 *                           MaxDatapoints?, NextToken?
 * GetMetricData response => MetricDataResults: [Id, Label, Timestamps, Values, StatusCode], Messages, NextToken?
 *
 * Expressions (metric math, SEARCH) and percentiles are refused.
 */
export function getMetricData({ history }: CloudWatchContext): CloudWatchOperation<typeof getMetricDataRequest> {
  return {
    name: "GetMetricData",
    shape: getMetricDataRequest,
    handle: async (input) => {
      const { MetricDataQueries, StartTime: from, EndTime: to, ScanBy, MaxDatapoints = DATAPOINTS_MAX } = input;
      const queries = MetricDataQueries.map(checkedQuery);
      const ids = new Set(queries.map(({ query }) => query.Id));
      if (ids.size < queries.length) throw invalidValue("The parameter MetricDataQueries has an Id twice");
      const shown = queries.filter(({ query }) => query.ReturnData !== false);
      const wanted = shown.map(({ stat }) => ({ metric: stat.Metric, unit: stat.Unit, periodS: stat.Period }));
      refuseTooMany(wanted, to - from);
      const found = await readPoints(history, wanted, { from, to });
      const answered = shown.map(({ query, statistic }, place) => {
        const { points = [] } = found[place] ?? {};
        return { query, statistic, points: ScanBy === "TimestampAscending" ? points : points.toReversed() };
      });
      return pageOfResults(answered, offsetIn(input.NextToken), MaxDatapoints);
    },
  };
}

/** All points of all pages are read for each page. */
const READ_POINTS_MAX = 10 * DATAPOINTS_MAX;

function refuseTooMany(wanted: readonly { readonly periodS: number }[], seconds: number): void {
  const span = Math.min(seconds, HISTORY_S);
  const points = wanted.reduce((sum, { periodS }) => sum + span / checkedPeriodS(periodS), 0);
  if (points <= READ_POINTS_MAX) return;
  const message = `The queries ask for up to ${Math.ceil(points)} datapoints, which exceeds ${READ_POINTS_MAX}: use fewer queries, a longer Period or a shorter time`;
  throw invalidValue(message);
}

/** The longest time that any resolution is kept. */
const HISTORY_S = 455 * 86_400;

function checkedQuery(query: Query) {
  const { MetricStat: stat, Expression, Id } = query;
  if (Expression !== undefined) {
    throw invalidValue(`Expressions are not evaluated: ask for the metrics of query ${Id} by MetricStat`);
  }
  if (stat === undefined) throw invalidValue(`Query ${Id} needs a MetricStat`);
  const known = statistic.values.find((name) => name === stat.Stat);
  if (known !== undefined) return { query, stat, statistic: known };
  throw invalidValue(
    `Stat of query ${Id} has to be one of ${statistic.values.join(", ")}, got ${stat.Stat.slice(0, 100)}`,
  );
}

/** Points are counted over all results, in their order; a token is the number of those that were shown. */
function pageOfResults(answered: readonly AnsweredQuery[], offset: number, max: number): WireTree {
  const results: WireTree[] = [];
  let before = 0;
  for (const { query, statistic, points } of answered) {
    const shown = points.slice(Math.max(0, offset - before), Math.max(0, offset + max - before));
    const complete = before + points.length <= offset + max;
    before += points.length;
    // One whose points were all shown is not repeated; one without any is shown on the first page.
    if (shown.length === 0 && offset > 0) continue;
    results.push({
      Id: query.Id,
      Label: query.Label ?? query.MetricStat?.Metric.MetricName,
      Timestamps: shown.map(({ at }) => new Date(at)),
      Values: shown.map((point) => statisticIn(point, statistic)),
      StatusCode: complete ? "Complete" : "PartialData",
    });
  }
  const next = before > offset + max ? String(offset + max) : undefined;
  return { MetricDataResults: results, Messages: [], NextToken: next };
}

function offsetIn(token: string | undefined): number {
  if (token === undefined) return 0;
  if (/^[1-9]\d{0,11}$/.test(token)) return Number(token);
  throw new WireError("InvalidNextToken", "NextToken is not one that an earlier answer gave");
}
