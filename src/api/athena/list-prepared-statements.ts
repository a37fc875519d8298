import type { Operation } from "../protocol/operation.ts";
import { byName, pageOf } from "../protocol/paging.ts";
import { ATHENA_PAGING, type AthenaContext, authorizeWorkGroup, checkInput } from "./athena-context.ts";
import { listPreparedStatementsRequest } from "./shapes/requests.ts";

/**
 * ListPreparedStatements request  => WorkGroup, NextToken?, MaxResults? (50)
 * ListPreparedStatements response => PreparedStatements (names and times), NextToken?
 */
export function listPreparedStatements({ prepared, workGroups }: AthenaContext): Operation {
  return {
    target: "AmazonAthena.ListPreparedStatements",
    service: "athena",
    handle(request) {
      const { WorkGroup: workGroup, ...page } = checkInput(listPreparedStatementsRequest, request);
      authorizeWorkGroup(request, workGroup);
      workGroups.get(workGroup);
      const { items, next } = pageOf(prepared.list(workGroup), ({ name }) => name, byName, page, ATHENA_PAGING);
      const statements = items.map(({ name, changedAt }) => ({
        StatementName: name,
        LastModifiedTime: changedAt / 1000,
      }));
      return { PreparedStatements: statements, ...next };
    },
  };
}
