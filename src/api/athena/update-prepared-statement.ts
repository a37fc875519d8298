import type { Operation } from "../protocol/operation.ts";
import type { AthenaContext } from "./athena-context.ts";
import { readPreparedStatement } from "./read-prepared-statement.ts";
import { resourceOrError } from "./resource-error.ts";

/**
 * UpdatePreparedStatement request  => StatementName, WorkGroup, QueryStatement, Description?
 * UpdatePreparedStatement response => {}
 */
export function updatePreparedStatement(context: AthenaContext): Operation {
  return {
    target: "AmazonAthena.UpdatePreparedStatement",
    service: "athena",
    async handle(request) {
      const statement = readPreparedStatement(context, request);
      await resourceOrError(statement.name, () => context.prepared.update(statement));
      return {};
    },
  };
}
