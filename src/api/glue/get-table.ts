import type { Operation } from "../protocol/operation.ts";
import { checkShape } from "../protocol/shape.ts";
import { describeTable } from "./describe.ts";
import { authorizeGlue, type GlueContext, requireTable } from "./glue-context.ts";
import { getTableRequest } from "./shapes/requests.ts";

/**
 * GetTable request  => CatalogId?, DatabaseName, Name
 * GetTable response => Table
 */
export function getTable({ catalog }: GlueContext): Operation {
  return {
    target: "AWSGlue.GetTable",
    service: "glue",
    handle(request) {
      const { CatalogId: catalogId, DatabaseName: database, Name: table } = checkShape(getTableRequest, request.json());
      authorizeGlue(request, { catalogId, database, table });
      return { Table: describeTable(requireTable(catalog, database, table), request.caller.accountId) };
    },
  };
}
