import type { JsonObject } from "../../std/json.ts";
import type { Operation } from "../protocol/operation.ts";
import { checkShape } from "../protocol/shape.ts";
import { authorizeGlue, type GlueContext, requireTable } from "./glue-context.ts";
import { glueErrorDetail } from "./glue-errors.ts";
import { batchDeleteTableVersionRequest } from "./shapes/requests.ts";

/**
 * BatchDeleteTableVersion request  => CatalogId?, DatabaseName, TableName, VersionIds (100)
 * BatchDeleteTableVersion response => Errors: those that could not be deleted, each with VersionId and ErrorDetail
 */
export function batchDeleteTableVersion({ catalog }: GlueContext): Operation {
  return {
    target: "AWSGlue.BatchDeleteTableVersion",
    service: "glue",
    async handle(request) {
      const input = checkShape(batchDeleteTableVersionRequest, request.json());
      const { CatalogId: catalogId, DatabaseName: database, TableName: table, VersionIds: versions } = input;
      authorizeGlue(request, { catalogId, database, table });
      requireTable(catalog, database, table);
      const errors: JsonObject[] = [];
      for (const version of versions) {
        try {
          await catalog.deleteVersion(database, table, version);
        } catch (error) {
          errors.push({ TableName: table, VersionId: version, ErrorDetail: glueErrorDetail(error) });
        }
      }
      return { Errors: errors };
    },
  };
}
