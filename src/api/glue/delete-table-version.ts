import type { Operation } from "../protocol/operation.ts";
import { checkShape } from "../protocol/shape.ts";
import { authorizeGlue, type GlueContext, requireTable } from "./glue-context.ts";
import { deleteTableVersionRequest } from "./shapes/requests.ts";

/**
 * DeleteTableVersion request  => CatalogId?, DatabaseName, TableName, VersionId
 * DeleteTableVersion response => {}
 */
export function deleteTableVersion({ catalog }: GlueContext): Operation {
  return {
    target: "AWSGlue.DeleteTableVersion",
    service: "glue",
    async handle(request) {
      const input = checkShape(deleteTableVersionRequest, request.json());
      const { CatalogId: catalogId, DatabaseName: database, TableName: table, VersionId: version } = input;
      authorizeGlue(request, { catalogId, database, table });
      requireTable(catalog, database, table);
      await catalog.deleteVersion(database, table, version);
      return {};
    },
  };
}
