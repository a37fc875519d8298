import type { JsonObject } from "../../std/json.ts";
import type { Operation } from "../protocol/operation.ts";
import { byFallingNumber, pageOf } from "../protocol/paging.ts";
import { checkShape } from "../protocol/shape.ts";
import { describeTableVersion } from "./describe.ts";
import { authorizeGlue, type GlueContext, requireTable } from "./glue-context.ts";
import { getTableVersionsRequest } from "./shapes/requests.ts";

/**
 * GetTableVersions request  => CatalogId?, DatabaseName, TableName, NextToken?, MaxResults? (100)
 * GetTableVersions response => TableVersions, NextToken?
 *
 * Newest first. One that is deleted meanwhile is left out.
 */
export function getTableVersions({ catalog }: GlueContext): Operation {
  return {
    target: "AWSGlue.GetTableVersions",
    service: "glue",
    async handle(request) {
      const input = checkShape(getTableVersionsRequest, request.json());
      const { CatalogId: catalogId, DatabaseName: database, TableName: table } = input;
      authorizeGlue(request, { catalogId, database, table });
      requireTable(catalog, database, table);
      const ids = await catalog.versionIds(database, table);
      const { items, next } = pageOf(ids, (id) => id, byFallingNumber, input);
      const versions: JsonObject[] = [];
      for (const id of items) {
        const version = await catalog.version(database, table, id);
        if (version !== undefined) versions.push(describeTableVersion(version, request.caller.accountId));
      }
      return { TableVersions: versions, ...next };
    },
  };
}
