import type { Operation } from "../protocol/operation.ts";
import { byName, pageOf } from "../protocol/paging.ts";
import { ATHENA_PAGING, type AthenaContext, authorizeWorkGroup, checkInput } from "./athena-context.ts";
import { summarizeWorkGroup } from "./describe-work-group.ts";
import { pageRequest } from "./shapes/requests.ts";

/**
 * ListWorkGroups request  => NextToken?, MaxResults? (50)
 * ListWorkGroups response => WorkGroups, NextToken?
 */
export function listWorkGroups({ workGroups }: AthenaContext): Operation {
  return {
    target: "AmazonAthena.ListWorkGroups",
    service: "athena",
    handle(request) {
      const input = checkInput(pageRequest, request);
      authorizeWorkGroup(request);
      const { items, next } = pageOf(workGroups.list(), ({ name }) => name, byName, input, ATHENA_PAGING);
      return { WorkGroups: items.map(summarizeWorkGroup), ...next };
    },
  };
}
