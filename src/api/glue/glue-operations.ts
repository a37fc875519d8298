import type { Operation } from "../protocol/operation.ts";
import { batchCreatePartition } from "./batch-create-partition.ts";
import { batchDeletePartition } from "./batch-delete-partition.ts";
import { batchDeleteTable } from "./batch-delete-table.ts";
import { batchDeleteTableVersion } from "./batch-delete-table-version.ts";
import { batchGetPartition } from "./batch-get-partition.ts";
import { batchUpdatePartition } from "./batch-update-partition.ts";
import { createDatabase } from "./create-database.ts";
import { createPartition } from "./create-partition.ts";
import { createTable } from "./create-table.ts";
import { deleteDatabase } from "./delete-database.ts";
import { deletePartition } from "./delete-partition.ts";
import { deleteTable } from "./delete-table.ts";
import { deleteTableVersion } from "./delete-table-version.ts";
import { getDatabase } from "./get-database.ts";
import { getDatabases } from "./get-databases.ts";
import { getPartition } from "./get-partition.ts";
import { getPartitions } from "./get-partitions.ts";
import { getTable } from "./get-table.ts";
import { getTableVersion } from "./get-table-version.ts";
import { getTableVersions } from "./get-table-versions.ts";
import { getTables } from "./get-tables.ts";
import type { GlueContext } from "./glue-context.ts";
import { updateDatabase } from "./update-database.ts";
import { updatePartition } from "./update-partition.ts";
import { updateTable } from "./update-table.ts";

/** The Glue API's operations on databases, tables, versions and partitions. */
export function glueOperations(context: GlueContext): readonly Operation[] {
  return [
    batchCreatePartition(context),
    batchDeletePartition(context),
    batchDeleteTable(context),
    batchDeleteTableVersion(context),
    batchGetPartition(context),
    batchUpdatePartition(context),
    createDatabase(context),
    createPartition(context),
    createTable(context),
    deleteDatabase(context),
    deletePartition(context),
    deleteTable(context),
    deleteTableVersion(context),
    getDatabase(context),
    getDatabases(context),
    getPartition(context),
    getPartitions(context),
    getTable(context),
    getTableVersion(context),
    getTableVersions(context),
    getTables(context),
    updateDatabase(context),
    updatePartition(context),
    updateTable(context),
  ];
}
