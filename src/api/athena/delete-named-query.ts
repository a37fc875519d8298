import type { Operation } from "../protocol/operation.ts";
import { type AthenaContext, checkInput, requireSavedQuery } from "./athena-context.ts";
import { namedQueryRequest } from "./shapes/requests.ts";

/**
 * DeleteNamedQuery request  => NamedQueryId
 * DeleteNamedQuery response => {}
 */
export function deleteNamedQuery(context: AthenaContext): Operation {
  return {
    target: "AmazonAthena.DeleteNamedQuery",
    service: "athena",
    async handle(request) {
      const { NamedQueryId: id } = checkInput(namedQueryRequest, request);
      requireSavedQuery(context, request, id);
      await context.savedQueries.delete(id);
      return {};
    },
  };
}
