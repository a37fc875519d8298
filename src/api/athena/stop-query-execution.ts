import type { Operation } from "../protocol/operation.ts";
import { type AthenaContext, checkInput, requireExecution } from "./athena-context.ts";
import { executionRequest } from "./shapes/requests.ts";

/**
 * StopQueryExecution request  => QueryExecutionId
 * StopQueryExecution response => {}
 *
 * One that has ended already stays what it is.
 */
export function stopQueryExecution(context: AthenaContext): Operation {
  return {
    target: "AmazonAthena.StopQueryExecution",
    service: "athena",
    async handle(request) {
      const { QueryExecutionId: id } = checkInput(executionRequest, request);
      requireExecution(context, request, id);
      await context.executions.stop(id);
      return {};
    },
  };
}
