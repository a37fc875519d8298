import type { Operation } from "../protocol/operation.ts";
import { type AthenaContext, authorizeWorkGroup, checkInput } from "./athena-context.ts";
import { resourceOrError } from "./resource-error.ts";
import { savePreparedStatementRequest } from "./shapes/requests.ts";

/**
 * UpdatePreparedStatement request  => StatementName, WorkGroup, QueryStatement, Description?
 * UpdatePreparedStatement response => {}
 */
export function updatePreparedStatement({ prepared, workGroups }: AthenaContext): Operation {
  return {
    target: "AmazonAthena.UpdatePreparedStatement",
    service: "athena",
    async handle(request) {
      const {
        StatementName: name,
        WorkGroup: workGroup,
        QueryStatement: sql,
        Description: description,
      } = checkInput(savePreparedStatementRequest, request);
      authorizeWorkGroup(request, workGroup);
      workGroups.get(workGroup);
      const statement = { name, workGroup, sql, ...(description !== undefined && { description }) };
      await resourceOrError(name, () => prepared.update(statement));
      return {};
    },
  };
}
