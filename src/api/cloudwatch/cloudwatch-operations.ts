import type { Operation } from "../protocol/operation.ts";
import type { QueryOperation } from "../protocol/query-protocol.ts";
import { type CloudWatchContext, jsonOperation, queryOperation } from "./cloudwatch-operation.ts";
import { getMetricData } from "./get-metric-data.ts";
import { getMetricStatistics } from "./get-metric-statistics.ts";
import { listMetrics } from "./list-metrics.ts";
import { putMetricData } from "./put-metric-data.ts";

export interface CloudWatchOperations {
  readonly json: readonly Operation[];
  readonly query: readonly QueryOperation[];
}

/** The CloudWatch API's operations on metrics, in both protocols. */
export function cloudWatchOperations(context: CloudWatchContext): CloudWatchOperations {
  return {
    json: [
      jsonOperation(getMetricData(context)),
      jsonOperation(getMetricStatistics(context)),
      jsonOperation(listMetrics(context)),
      jsonOperation(putMetricData(context)),
    ],
    query: [
      queryOperation(getMetricData(context)),
      queryOperation(getMetricStatistics(context)),
      queryOperation(listMetrics(context)),
      queryOperation(putMetricData(context)),
    ],
  };
}
