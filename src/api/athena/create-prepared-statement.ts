import type { Operation } from "../protocol/operation.ts";
import { type AthenaContext, authorizeWorkGroup, checkInput } from "./athena-context.ts";
import { savePreparedStatementRequest } from "./shapes/requests.ts";

/**
 * CreatePreparedStatement request  => StatementName, WorkGroup, QueryStatement, Description?
 * CreatePreparedStatement response => {}
 *
 * The text is kept as it is; whether it can be run is found out when it is.
 */
export function createPreparedStatement({ prepared, workGroups }: AthenaContext): Operation {
  return {
    target: "AmazonAthena.CreatePreparedStatement",
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
      await prepared.create({ name, workGroup, sql, ...(description !== undefined && { description }) });
      return {};
    },
  };
}
