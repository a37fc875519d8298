import { PRIMARY } from "../../query/primary-work-group.ts";
import type { Operation } from "../protocol/operation.ts";
import { pageOf } from "../protocol/paging.ts";
import { ATHENA_PAGING, type AthenaContext, authorizeWorkGroup, checkInput } from "./athena-context.ts";
import { workGroupPageRequest } from "./shapes/requests.ts";

/**
 * ListQueryExecutions request  => WorkGroup?, NextToken?, MaxResults? (50)
 * ListQueryExecutions response => QueryExecutionIds, NextToken?
 *
 * Newest first.
 */
export function listQueryExecutions({ executions, workGroups }: AthenaContext): Operation {
  return {
    target: "AmazonAthena.ListQueryExecutions",
    service: "athena",
    handle(request) {
      const { WorkGroup: name = PRIMARY, MaxResults: max, ...page } = checkInput(workGroupPageRequest, request);
      authorizeWorkGroup(request, name);
      workGroups.get(name);
      const ids = executions.list(name).map(({ id }) => id);
      const places = new Map(ids.map((id, place) => [id, place]));
      // Behind one that is no longer known come only older ones, which are not known either.
      const isAfter = (id: string, last: string) => (places.get(id) ?? 0) > (places.get(last) ?? ids.length);
      const number = max === undefined || max === 0 ? {} : { MaxResults: max };
      const { items, next } = pageOf(ids, (id) => id, isAfter, { ...page, ...number }, ATHENA_PAGING);
      return { QueryExecutionIds: [...items], ...next };
    },
  };
}
