import type { Operation } from "../protocol/operation.ts";
import { type AthenaContext, checkInput, requireExecution } from "./athena-context.ts";
import { describeTimes } from "./describe-execution.ts";
import { executionRequest } from "./shapes/requests.ts";

/**
 * GetQueryRuntimeStatistics request  => QueryExecutionId
 * GetQueryRuntimeStatistics response => QueryRuntimeStatistics {Timeline, Rows}
 *
 * Rows of the input are not counted: files are read past what their statistics rule out. There are no stages.
 */
export function getQueryRuntimeStatistics(context: AthenaContext): Operation {
  return {
    target: "AmazonAthena.GetQueryRuntimeStatistics",
    service: "athena",
    handle(request) {
      const { QueryExecutionId: id } = checkInput(executionRequest, request);
      const execution = requireExecution(context, request, id);
      const { statistics, resultBytes } = execution;
      return {
        QueryRuntimeStatistics: {
          Timeline: describeTimes(execution),
          ...(statistics !== undefined && {
            Rows: {
              InputBytes: statistics.scannedBytes,
              OutputBytes: resultBytes ?? 0,
              OutputRows: statistics.rows,
            },
          }),
        },
      };
    },
  };
}
