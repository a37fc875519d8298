import type { Database, Table } from "../../catalog/table.ts";
import type { JsonObject } from "../../std/json.ts";
import { databaseInput, tableInput } from "./shapes/table-input.ts";
import { toWire } from "./wire-mapping.ts";

/** Databases and tables as Glue's answers show them: what was given, and what the catalog knows of it. */

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

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
