import type { Operation } from "../protocol/operation.ts";
import { checkShape } from "../protocol/shape.ts";
import { authorizeGlue, type GlueContext, requireTable } from "./glue-context.ts";
import { deleteTableRequest } from "./shapes/requests.ts";

/**
 * DeleteTable request  => CatalogId?, DatabaseName, Name
 * DeleteTable response => {}
 *
 * Its versions go with it; objects in the lake stay.
 */
export function deleteTable({ catalog }: GlueContext): Operation {
  return {
    target: "AWSGlue.DeleteTable",
    service: "glue",
    async handle(request) {
      const {
        CatalogId: catalogId,
        DatabaseName: database,
        Name: table,
      } = checkShape(deleteTableRequest, request.json());
      authorizeGlue(request, { catalogId, database, table });
      requireTable(catalog, database, table);
      await catalog.deleteTable(database, table);
      return {};
    },
  };
}
