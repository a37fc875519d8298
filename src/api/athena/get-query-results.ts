import type { Execution } from "../../query/executions/execution.ts";
import type { Operation } from "../protocol/operation.ts";
import { type AthenaContext, checkInput, invalidRequest, requireExecution } from "./athena-context.ts";
import { describeColumns } from "./column-info.ts";
import { updateCountOf } from "./describe-execution.ts";
import { getQueryResultsRequest } from "./shapes/requests.ts";

const ROWS_DEFAULT = 1_000;

/**
 * GetQueryResults request  => QueryExecutionId, NextToken?, MaxResults? (1000)
 * GetQueryResults response => UpdateCount, ResultSet {Rows, ResultSetMetadata}, NextToken?
 *
 * The first row of what a query answers has the names of its columns, and counts. A token holds the byte of the result at
 * which the next page begins.
 */
export function getQueryResults(context: AthenaContext): Operation {
  return {
    target: "AmazonAthena.GetQueryResults",
    service: "athena",
    async handle(request) {
      const {
        QueryExecutionId: id,
        NextToken: token,
        MaxResults: limit = ROWS_DEFAULT,
      } = checkInput(getQueryResultsRequest, request);
      const execution = requireExecution(context, request, id);
      requireSuccess(execution);
      const start = token === undefined ? 0 : startOf(token, execution);
      const { rows, next } = await context.executions.readResult(execution, start, limit);
      return {
        UpdateCount: updateCountOf(execution),
        ResultSet: {
          Rows: rows.map((row) => ({
            Data: row.map((value) => (value === null ? {} : { VarCharValue: value })),
          })),
          ResultSetMetadata: { ColumnInfo: describeColumns(execution) },
        },
        ...(next !== undefined && { NextToken: tokenOf(next, execution) }),
      };
    },
  };
}

function requireSuccess({ state }: Execution): void {
  const name = state.toUpperCase();
  if (state === "queued" || state === "running") {
    throw invalidRequest(`Query has not yet finished. Current state: ${name}`);
  }
  if (state !== "succeeded") throw invalidRequest(`Query did not finish successfully. Final query state: ${name}`);
}

function tokenOf(position: number, { id }: Execution): string {
  return Buffer.from(`${id}/${position}`).toString("base64url");
}

function startOf(token: string, execution: Execution): number {
  const [, position = ""] = Buffer.from(token, "base64url").toString().split("/");
  const start = Number(position);
  if (Number.isSafeInteger(start) && start > 0 && tokenOf(start, execution) === token) return start;
  throw invalidRequest("NextToken is not one that an earlier answer for this query gave");
}
