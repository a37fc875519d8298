import type { DatabaseDefinition } from "../../catalog/table.ts";
import type { Operation } from "../protocol/operation.ts";
import { checkShape } from "../protocol/shape.ts";
import { authorizeGlue, type GlueContext, requireDatabase } from "./glue-context.ts";
import { updateDatabaseRequest } from "./shapes/requests.ts";
import { databaseInput } from "./shapes/table-input.ts";
import { fromWire } from "./wire-mapping.ts";

/**
 * UpdateDatabase request  => CatalogId?, Name, DatabaseInput
 * UpdateDatabase response => {}
 *
 * Replaces everything but the name.
 */
export function updateDatabase({ catalog }: GlueContext): Operation {
  return {
    target: "AWSGlue.UpdateDatabase",
    service: "glue",
    async handle(request) {
      const {
        CatalogId: catalogId,
        Name: name,
        DatabaseInput: input,
      } = checkShape(updateDatabaseRequest, request.json());
      authorizeGlue(request, { catalogId, database: name });
      requireDatabase(catalog, name);
      await catalog.updateDatabase(name, fromWire(databaseInput, input) as DatabaseDefinition);
      return {};
    },
  };
}
