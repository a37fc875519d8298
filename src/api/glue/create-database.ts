import type { DatabaseDefinition } from "../../catalog/table.ts";
import type { Operation } from "../protocol/operation.ts";
import { checkShape } from "../protocol/shape.ts";
import { authorizeGlue, type GlueContext } from "./glue-context.ts";
import { createDatabaseRequest } from "./shapes/requests.ts";
import { databaseInput } from "./shapes/table-input.ts";
import { fromWire } from "./wire-mapping.ts";

/**
 * CreateDatabase request  => CatalogId?, DatabaseInput
 * CreateDatabase response => {}
 */
export function createDatabase({ catalog }: GlueContext): Operation {
  return {
    target: "AWSGlue.CreateDatabase",
    service: "glue",
    async handle(request) {
      const { CatalogId: catalogId, DatabaseInput: input } = checkShape(createDatabaseRequest, request.json());
      authorizeGlue(request, { catalogId, database: input.Name });
      await catalog.createDatabase(fromWire(databaseInput, input) as DatabaseDefinition);
      return {};
    },
  };
}
