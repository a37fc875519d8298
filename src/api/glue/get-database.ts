import type { Operation } from "../protocol/operation.ts";
import { checkShape } from "../protocol/shape.ts";
import { describeDatabase } from "./describe.ts";
import { authorizeGlue, type GlueContext, requireDatabase } from "./glue-context.ts";
import { getDatabaseRequest } from "./shapes/requests.ts";

/**
 * GetDatabase request  => CatalogId?, Name
 * GetDatabase response => Database
 */
export function getDatabase({ catalog }: GlueContext): Operation {
  return {
    target: "AWSGlue.GetDatabase",
    service: "glue",
    handle(request) {
      const { CatalogId: catalogId, Name: name } = checkShape(getDatabaseRequest, request.json());
      authorizeGlue(request, { catalogId, database: name });
      return { Database: describeDatabase(requireDatabase(catalog, name), request.caller.accountId) };
    },
  };
}
