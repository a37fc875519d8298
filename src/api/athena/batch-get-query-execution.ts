import type { JsonObject } from "../../std/json.ts";
import type { Operation } from "../protocol/operation.ts";
import { type AthenaContext, authorizeWorkGroup, checkInput } from "./athena-context.ts";
import { describeExecution } from "./describe-execution.ts";
import { batchGetQueryExecutionRequest } from "./shapes/requests.ts";

/**
 * BatchGetQueryExecution request  => QueryExecutionIds (1 to 50)
 * BatchGetQueryExecution response => QueryExecutions, UnprocessedQueryExecutionIds
 */
export function batchGetQueryExecution({ executions }: AthenaContext): Operation {
  return {
    target: "AmazonAthena.BatchGetQueryExecution",
    service: "athena",
    handle(request) {
      const { QueryExecutionIds: ids } = checkInput(batchGetQueryExecutionRequest, request);
      const found = ids.map((id) => ({ id, execution: executions.get(id) }));
      for (const { execution } of found) authorizeWorkGroup(request, execution?.workGroup);
      const unprocessed: JsonObject[] = found
        .filter(({ execution }) => execution === undefined)
        .map(({ id }) => ({
          QueryExecutionId: id,
          ErrorCode: "INVALID_INPUT",
          ErrorMessage: `QueryExecution ${id} was not found`,
        }));
      return {
        QueryExecutions: found.flatMap(({ execution }) =>
          execution === undefined ? [] : describeExecution(execution),
        ),
        UnprocessedQueryExecutionIds: unprocessed,
      };
    },
  };
}
