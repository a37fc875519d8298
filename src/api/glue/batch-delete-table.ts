import type { JsonObject } from "../../std/json.ts";
import type { Operation } from "../protocol/operation.ts";
import { checkShape } from "../protocol/shape.ts";
import { authorizeGlue, type GlueContext, requireDatabase, requireTable } from "./glue-context.ts";
import { glueErrorDetail } from "./glue-errors.ts";
import { batchDeleteTableRequest } from "./shapes/requests.ts";

/**
 * BatchDeleteTable request  => CatalogId?, DatabaseName, TablesToDelete (100)
 * BatchDeleteTable response => Errors: those that could not be deleted, each with TableName and ErrorDetail
 */
export function batchDeleteTable({ catalog }: GlueContext): Operation {
  return {
    target: "AWSGlue.BatchDeleteTable",
    service: "glue",
    async handle(request) {
      const input = checkShape(batchDeleteTableRequest, request.json());
      const { CatalogId: catalogId, DatabaseName: database, TablesToDelete: tables } = input;
      if (tables.length === 0) authorizeGlue(request, { catalogId, database });
      for (const table of tables) authorizeGlue(request, { catalogId, database, table });
      requireDatabase(catalog, database);
      const errors: JsonObject[] = [];
      for (const table of tables) {
        try {
          requireTable(catalog, database, table);
          await catalog.deleteTable(database, table);
        } catch (error) {
          errors.push({ TableName: table, ErrorDetail: glueErrorDetail(error) });
        }
      }
      return { Errors: errors };
    },
  };
}
