import type { Operation } from "../protocol/operation.ts";
import { checkShape } from "../protocol/shape.ts";
import { authorizeGlue, type GlueContext, requireDatabase } from "./glue-context.ts";
import { deleteDatabaseRequest } from "./shapes/requests.ts";

/**
 * DeleteDatabase request  => CatalogId?, Name
 * DeleteDatabase response => {}
 *
 * Its tables go with it; objects in the lake stay.
 */
export function deleteDatabase({ catalog }: GlueContext): Operation {
  return {
    target: "AWSGlue.DeleteDatabase",
    service: "glue",
    async handle(request) {
      const { CatalogId: catalogId, Name: name } = checkShape(deleteDatabaseRequest, request.json());
      authorizeGlue(request, { catalogId, database: name });
      requireDatabase(catalog, name);
      await catalog.deleteDatabase(name);
      return {};
    },
  };
}
