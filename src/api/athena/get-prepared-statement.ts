import type { Operation } from "../protocol/operation.ts";
import { type AthenaContext, authorizeWorkGroup, checkInput } from "./athena-context.ts";
import { describePreparedStatement } from "./describe-prepared-statement.ts";
import { resourceOrError } from "./resource-error.ts";
import { preparedStatementRequest } from "./shapes/requests.ts";

/**
 * GetPreparedStatement request  => StatementName, WorkGroup
 * GetPreparedStatement response => PreparedStatement
 */
export function getPreparedStatement({ prepared, workGroups }: AthenaContext): Operation {
  return {
    target: "AmazonAthena.GetPreparedStatement",
    service: "athena",
    async handle(request) {
      const { StatementName: name, WorkGroup: workGroup } = checkInput(preparedStatementRequest, request);
      authorizeWorkGroup(request, workGroup);
      workGroups.get(workGroup);
      const statement = await resourceOrError(name, () => prepared.get(workGroup, name));
      return { PreparedStatement: describePreparedStatement(statement) };
    },
  };
}
