import { type Series, seriesKey } from "../../telemetry/history/series.ts";
import { byName, type Paging, pageOf } from "../protocol/paging.ts";
import type { CloudWatchContext, CloudWatchOperation } from "./cloudwatch-operation.ts";
import { listMetricsRequest } from "./shapes.ts";

const PAGING: Paging = { itemsDefault: 500, invalidToken: "InvalidNextToken" };

const RECENTLY_MS = 3 * 3_600_000;

/**
 * ListMetrics request  => Namespace?, MetricName?, Dimensions?: [Name, Value?], RecentlyActive?, NextToken?
 * ListMetrics response => Metrics: [Namespace, MetricName, Dimensions], NextToken?
 *
 * Metrics with a value in the last 15 days, one for all units under which it was put.
 */
export function listMetrics({ history }: CloudWatchContext): CloudWatchOperation<typeof listMetricsRequest> {
  return {
    name: "ListMetrics",
    shape: listMetricsRequest,
    handle: async ({ Namespace, MetricName, Dimensions = [], NextToken, RecentlyActive }) => {
      const all = await history.series(RecentlyActive === undefined ? undefined : RECENTLY_MS);
      const wanted = all.filter(
        ({ namespace, name, dimensions }) =>
          (Namespace === undefined || namespace === Namespace) &&
          (MetricName === undefined || name === MetricName) &&
          Dimensions.every(({ Name, Value }) => hasDimension(dimensions, Name, Value)),
      );
      const metrics = new Map(wanted.map((series) => [seriesKey({ ...series, unit: "" }), series]));
      const sorted = [...metrics].sort(([one], [other]) => (one < other ? -1 : 1));
      const token = NextToken === undefined ? {} : { NextToken };
      const { items, next } = pageOf(sorted, ([key]) => key, byName, token, PAGING);
      return { Metrics: items.map(([, series]) => describe(series)), ...next };
    },
  };
}

function hasDimension(dimensions: Series["dimensions"], name: string, value: string | undefined): boolean {
  return Object.hasOwn(dimensions, name) && (value === undefined || dimensions[name] === value);
}

function describe({ namespace, name, dimensions }: Series) {
  return {
    Namespace: namespace,
    MetricName: name,
    Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
  };
}
