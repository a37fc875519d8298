import type { Partition } from "../../catalog/partition.ts";
import type { Database, Table } from "../../catalog/table.ts";
import type { JsonObject } from "../../std/json.ts";
import { databaseInput, partitionInput, tableInput } from "./shapes/table-input.ts";
import { toWire } from "./wire-mapping.ts";

/** Databases, tables and partitions as Glue's answers show them: what was given, and what the catalog knows of it. */

export function describeDatabase({ definition, createdAt }: Database, accountId: string): JsonObject {
  return { ...toWire(databaseInput, definition), CreateTime: seconds(createdAt), CatalogId: accountId };
}

export function describeTable(table: Table, accountId: string): JsonObject {
  const { databaseName, definition, createdAt, updatedAt, versionId } = table;
  return {
    ...toWire(tableInput, definition),
    DatabaseName: databaseName,
    CreateTime: seconds(createdAt),
    UpdateTime: seconds(updatedAt),
    IsRegisteredWithLakeFormation: false,
    CatalogId: accountId,
    VersionId: versionId,
  };
}

export function describeTableVersion(table: Table, accountId: string): JsonObject {
  return { Table: describeTable(table, accountId), VersionId: table.versionId };
}

export function describePartition({ definition, createdAt }: Partition, table: Table, accountId: string): JsonObject {
  return {
    ...toWire(partitionInput, definition),
    DatabaseName: table.databaseName,
    TableName: table.definition.name,
    CreationTime: seconds(createdAt),
    CatalogId: accountId,
  };
}

/** The partition as one sees it who knows the table's columns, and does not want to read them with each partition. */
export function withoutColumns(partition: Partition): Partition {
  const { storageDescriptor, ...definition } = partition.definition;
  if (storageDescriptor === undefined) return partition;
  const { columns: _, ...rest } = storageDescriptor;
  return { ...partition, definition: { ...definition, storageDescriptor: rest } };
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
