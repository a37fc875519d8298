import type { Operation } from "../protocol/operation.ts";
import { batchDeleteTable } from "./batch-delete-table.ts";
import { batchDeleteTableVersion } from "./batch-delete-table-version.ts";
import { createDatabase } from "./create-database.ts";
import { createTable } from "./create-table.ts";
import { deleteDatabase } from "./delete-database.ts";
import { deleteTable } from "./delete-table.ts";
import { deleteTableVersion } from "./delete-table-version.ts";
import { getDatabase } from "./get-database.ts";
import { getDatabases } from "./get-databases.ts";
import { getTable } from "./get-table.ts";
import { getTableVersion } from "./get-table-version.ts";
import { getTableVersions } from "./get-table-versions.ts";
import { getTables } from "./get-tables.ts";
import type { GlueContext } from "./glue-context.ts";
import { updateDatabase } from "./update-database.ts";
import { updateTable } from "./update-table.ts";

/** The Glue API's operations on databases, tables and versions. */
export function glueOperations(context: GlueContext): readonly Operation[] {
  return [
    batchDeleteTable(context),
    batchDeleteTableVersion(context),
    createDatabase(context),
    createTable(context),
    deleteDatabase(context),
    deleteTable(context),
    deleteTableVersion(context),
    getDatabase(context),
    getDatabases(context),
    getTable(context),
    getTableVersion(context),
    getTableVersions(context),
    getTables(context),
    updateDatabase(context),
    updateTable(context),
  ];
}
