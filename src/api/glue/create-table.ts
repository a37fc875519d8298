import type { TableDefinition } from "../../catalog/table.ts";
import type { Operation } from "../protocol/operation.ts";
import { checkShape } from "../protocol/shape.ts";
import { WireError } from "../protocol/wire-error.ts";
import { authorizeGlue, type GlueContext, requireDatabase } from "./glue-context.ts";
import { createTableRequest } from "./shapes/requests.ts";
import { tableInput } from "./shapes/table-input.ts";
import { fromWire } from "./wire-mapping.ts";

/**
 * CreateTable request  => CatalogId?, DatabaseName, TableInput
 * CreateTable response => {}
 *
 * Types of columns are stored as they come, as Glue does: whether they can be written is asked when somebody writes.
 */
export function createTable({ catalog }: GlueContext): Operation {
  return {
    target: "AWSGlue.CreateTable",
    service: "glue",
    async handle(request) {
      const {
        CatalogId: catalogId,
        DatabaseName: database,
        TableInput: input,
      } = checkShape(createTableRequest, request.json());
      authorizeGlue(request, { catalogId, database, table: input?.Name ?? "" });
      if (input === undefined) throw new WireError("InvalidInputException", "TableInput must not be null");
      requireDatabase(catalog, database);
      await catalog.createTable(database, fromWire(tableInput, input) as TableDefinition);
      return {};
    },
  };
}
