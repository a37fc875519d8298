import type { Operation } from "../protocol/operation.ts";
import type { AthenaContext } from "./athena-context.ts";
import { readPreparedStatement } from "./read-prepared-statement.ts";

/**
 * CreatePreparedStatement request  => StatementName, WorkGroup, QueryStatement, Description?
 * CreatePreparedStatement response => {}
 *
 * The text is kept as it is; whether it can be run is found out when it is.
 */
export function createPreparedStatement(context: AthenaContext): Operation {
  return {
    target: "AmazonAthena.CreatePreparedStatement",
    service: "athena",
    async handle(request) {
      await context.prepared.create(readPreparedStatement(context, request));
      return {};
    },
  };
}
