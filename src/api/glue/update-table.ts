import type { TableDefinition } from "../../catalog/table.ts";
import type { Operation } from "../protocol/operation.ts";
import { checkShape } from "../protocol/shape.ts";
import { WireError } from "../protocol/wire-error.ts";
import { authorizeGlue, type GlueContext, requireTable } from "./glue-context.ts";
import { updateTableRequest } from "./shapes/requests.ts";
import { tableInput } from "./shapes/table-input.ts";
import { fromWire } from "./wire-mapping.ts";

/**
 * UpdateTable request  => CatalogId?, DatabaseName, TableInput, SkipArchive? (false), VersionId? (the version that it is at)
 * UpdateTable response => {}
 *
 * TableInput replaces everything, and its name says which table; streams that follow the table go on with the new columns.
 */
export function updateTable({ catalog }: GlueContext): Operation {
  return {
    target: "AWSGlue.UpdateTable",
    service: "glue",
    async handle(request) {
      const input = checkShape(updateTableRequest, request.json());
      const { CatalogId: catalogId, DatabaseName: database, TableInput: table } = input;
      authorizeGlue(request, { catalogId, database, table: table?.Name ?? "" });
      if (table === undefined) throw new WireError("InvalidInputException", "TableInput must not be null");
      requireTable(catalog, database, table.Name);
      await catalog.updateTable(database, fromWire(tableInput, table) as TableDefinition, {
        skipArchive: input.SkipArchive ?? false,
        ...(input.VersionId !== undefined && { expectedVersion: input.VersionId }),
      });
      return {};
    },
  };
}
