import type { Operation } from "../protocol/operation.ts";
import { byName, pageOf } from "../protocol/paging.ts";
import { checkShape } from "../protocol/shape.ts";
import { describeDatabase } from "./describe.ts";
import { authorizeGlue, type GlueContext } from "./glue-context.ts";
import { getDatabasesRequest } from "./shapes/requests.ts";

/**
 * GetDatabases request  => CatalogId?, NextToken?, MaxResults? (100)
 * GetDatabases response => DatabaseList, NextToken?
 *
 * In name order.
 */
export function getDatabases({ catalog }: GlueContext): Operation {
  return {
    target: "AWSGlue.GetDatabases",
    service: "glue",
    handle(request) {
      const input = checkShape(getDatabasesRequest, request.json());
      authorizeGlue(request, { catalogId: input.CatalogId });
      const { items, next } = pageOf(catalog.databases(), ({ definition }) => definition.name, byName, input);
      return { DatabaseList: items.map((one) => describeDatabase(one, request.caller.accountId)), ...next };
    },
  };
}
