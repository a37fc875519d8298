import type { Operation } from "../protocol/operation.ts";
import { type AthenaContext, checkInput, requireExecution } from "./athena-context.ts";
import { describeExecution } from "./describe-execution.ts";
import { executionRequest } from "./shapes/requests.ts";

/**
 * GetQueryExecution request  => QueryExecutionId
 * GetQueryExecution response => QueryExecution
 */
export function getQueryExecution(context: AthenaContext): Operation {
  return {
    target: "AmazonAthena.GetQueryExecution",
    service: "athena",
    handle(request) {
      const { QueryExecutionId: id } = checkInput(executionRequest, request);
      return { QueryExecution: describeExecution(requireExecution(context, request, id)) };
    },
  };
}
