import type { Operation } from "../protocol/operation.ts";
import { byName, pageOf } from "../protocol/paging.ts";
import { WireError } from "../protocol/wire-error.ts";
import { ATHENA_PAGING, type AthenaContext, checkInput } from "./athena-context.ts";
import { DATA_CATALOG } from "./data-catalog.ts";
import { listTagsRequest } from "./shapes/requests.ts";

/**
 * ListTagsForResource request  => ResourceARN, NextToken?, MaxResults? (75 or more)
 * ListTagsForResource response => Tags, NextToken?
 *
 * Work groups have the tags that they were made with.
 */
export function listTagsForResource({ workGroups }: AthenaContext): Operation {
  return {
    target: "AmazonAthena.ListTagsForResource",
    service: "athena",
    handle(request) {
      const { ResourceARN: arn, ...page } = checkInput(listTagsRequest, request);
      request.authorize(arn);
      const [, kind, name] = /^arn:[^:]+:athena:[^:]*:\d{12}:(workgroup|datacatalog)\/(.+)$/.exec(arn) ?? [];
      const group = kind === "workgroup" ? workGroups.list().find((one) => one.name === name) : undefined;
      if (group === undefined && !(kind === "datacatalog" && name === DATA_CATALOG)) {
        throw new WireError("ResourceNotFoundException", `Resource ${arn} was not found`);
      }
      const tags = Object.entries(group?.tags ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
      const { items, next } = pageOf(tags, ([key]) => key, byName, page, ATHENA_PAGING);
      return { Tags: items.map(([Key, Value]) => ({ Key, Value })), ...next };
    },
  };
}
