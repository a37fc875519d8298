import type { Operation } from "../protocol/operation.ts";
import { type AthenaContext, authorizeWorkGroup, checkInput } from "./athena-context.ts";
import { resourceOrError } from "./resource-error.ts";
import { preparedStatementRequest } from "./shapes/requests.ts";

/**
 * DeletePreparedStatement request  => StatementName, WorkGroup
 * DeletePreparedStatement response => {}
 */
export function deletePreparedStatement({ prepared, workGroups }: AthenaContext): Operation {
  return {
    target: "AmazonAthena.DeletePreparedStatement",
    service: "athena",
    async handle(request) {
      const { StatementName: name, WorkGroup: workGroup } = checkInput(preparedStatementRequest, request);
      authorizeWorkGroup(request, workGroup);
      workGroups.get(workGroup);
      await resourceOrError(name, () => prepared.delete(workGroup, name));
      return {};
    },
  };
}
