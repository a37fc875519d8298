import { PRIMARY } from "../../query/primary-work-group.ts";
import type { Operation } from "../protocol/operation.ts";
import { byName, pageOf } from "../protocol/paging.ts";
import { ATHENA_PAGING, type AthenaContext, authorizeWorkGroup, checkInput } from "./athena-context.ts";
import { workGroupPageRequest } from "./shapes/requests.ts";

/**
 * ListNamedQueries request  => WorkGroup?, NextToken?, MaxResults? (50)
 * ListNamedQueries response => NamedQueryIds, NextToken?
 */
export function listNamedQueries({ savedQueries, workGroups }: AthenaContext): Operation {
  return {
    target: "AmazonAthena.ListNamedQueries",
    service: "athena",
    handle(request) {
      const { WorkGroup: name = PRIMARY, MaxResults: max, ...page } = checkInput(workGroupPageRequest, request);
      authorizeWorkGroup(request, name);
      workGroups.get(name);
      const ids = savedQueries.list(name).map(({ id }) => id);
      const number = max === undefined || max === 0 ? {} : { MaxResults: max };
      const { items, next } = pageOf(ids, (id) => id, byName, { ...page, ...number }, ATHENA_PAGING);
      return { NamedQueryIds: [...items], ...next };
    },
  };
}
