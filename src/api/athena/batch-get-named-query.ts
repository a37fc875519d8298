import type { Operation } from "../protocol/operation.ts";
import { type AthenaContext, authorizeWorkGroup, checkInput } from "./athena-context.ts";
import { describeNamedQuery } from "./describe-named-query.ts";
import { batchGetNamedQueryRequest } from "./shapes/requests.ts";

/**
 * BatchGetNamedQuery request  => NamedQueryIds (1 to 50)
 * BatchGetNamedQuery response => NamedQueries, UnprocessedNamedQueryIds
 */
export function batchGetNamedQuery({ savedQueries }: AthenaContext): Operation {
  return {
    target: "AmazonAthena.BatchGetNamedQuery",
    service: "athena",
    handle(request) {
      const { NamedQueryIds: ids } = checkInput(batchGetNamedQueryRequest, request);
      const found = ids.map((id) => ({ id, query: savedQueries.get(id) }));
      for (const { query } of found) authorizeWorkGroup(request, query?.workGroup);
      return {
        NamedQueries: found.flatMap(({ query }) => (query === undefined ? [] : describeNamedQuery(query))),
        UnprocessedNamedQueryIds: found
          .filter(({ query }) => query === undefined)
          .map(({ id }) => ({
            NamedQueryId: id,
            ErrorCode: "INVALID_INPUT",
            ErrorMessage: `NamedQuery ${id} was not found`,
          })),
      };
    },
  };
}
