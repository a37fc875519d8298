import type { Operation } from "../protocol/operation.ts";
import { type AthenaContext, authorizeWorkGroup, checkInput } from "./athena-context.ts";
import { describePreparedStatement } from "./describe-prepared-statement.ts";
import { batchGetPreparedStatementRequest } from "./shapes/requests.ts";

/**
 * BatchGetPreparedStatement request  => PreparedStatementNames (1 to 256), WorkGroup
 * BatchGetPreparedStatement response => PreparedStatements, UnprocessedPreparedStatementNames
 */
export function batchGetPreparedStatement({ prepared, workGroups }: AthenaContext): Operation {
  return {
    target: "AmazonAthena.BatchGetPreparedStatement",
    service: "athena",
    handle(request) {
      const { PreparedStatementNames: names, WorkGroup: workGroup } = checkInput(
        batchGetPreparedStatementRequest,
        request,
      );
      authorizeWorkGroup(request, workGroup);
      workGroups.get(workGroup);
      const known = new Map(prepared.list(workGroup).map((statement) => [statement.name, statement]));
      return {
        PreparedStatements: names.flatMap((name) => {
          const statement = known.get(name);
          return statement === undefined ? [] : describePreparedStatement(statement);
        }),
        UnprocessedPreparedStatementNames: names
          .filter((name) => !known.has(name))
          .map((name) => ({
            StatementName: name,
            ErrorCode: "STATEMENT_NOT_FOUND",
            ErrorMessage: `PreparedStatement ${name} does not exist in workGroup ${workGroup}`,
          })),
      };
    },
  };
}
