import type { PreparedStatement } from "../../query/prepared/prepared-statements.ts";
import type { OperationRequest } from "../protocol/operation.ts";
import { type AthenaContext, authorizeWorkGroup, checkInput } from "./athena-context.ts";
import { savePreparedStatementRequest } from "./shapes/requests.ts";

/** StatementName, WorkGroup, QueryStatement, Description?: what the caller, who may, wants kept in a work group that is there. */
export function readPreparedStatement(
  { workGroups }: AthenaContext,
  request: OperationRequest,
): Omit<PreparedStatement, "changedAt"> {
  const {
    StatementName: name,
    WorkGroup: workGroup,
    QueryStatement: sql,
    Description: description,
  } = checkInput(savePreparedStatementRequest, request);
  authorizeWorkGroup(request, workGroup);
  workGroups.get(workGroup);
  return { name, workGroup, sql, ...(description !== undefined && { description }) };
}
