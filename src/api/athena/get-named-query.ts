import type { Operation } from "../protocol/operation.ts";
import { type AthenaContext, checkInput, requireSavedQuery } from "./athena-context.ts";
import { describeNamedQuery } from "./describe-named-query.ts";
import { namedQueryRequest } from "./shapes/requests.ts";

/**
 * GetNamedQuery request  => NamedQueryId
 * GetNamedQuery response => NamedQuery
 */
export function getNamedQuery(context: AthenaContext): Operation {
  return {
    target: "AmazonAthena.GetNamedQuery",
    service: "athena",
    handle(request) {
      const { NamedQueryId: id } = checkInput(namedQueryRequest, request);
      return { NamedQuery: describeNamedQuery(requireSavedQuery(context, request, id)) };
    },
  };
}
