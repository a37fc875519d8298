import type { Catalog } from "../../catalog/catalog.ts";
import type { Partitions } from "../../catalog/partition.ts";
import { hivePartitionFolder } from "../../catalog/partition-layout.ts";
import type { Table, TableColumn, TableDefinition } from "../../catalog/table.ts";
import type { PartitionSpecification, Statement } from "../dialect/statement.ts";
import { QueryError } from "../query-error.ts";
import { isView } from "./view-text.ts";

export interface AlterTableContext {
  readonly catalog: Catalog;
  readonly partitions: Partitions;
}

type Of<Kind extends Statement["kind"]> = Extract<Statement, { readonly kind: Kind }>;
type TableChange = Of<"add-columns" | "change-column" | "replace-columns" | "set-location" | "set-properties">;
type PartitionChange = Of<"add-partitions" | "drop-partitions" | "rename-partition" | "set-location">;

/** ALTER TABLE: the next version of the table's definition, or its partitions. Files stay where they are and as they are. */
export async function alterTable(
  statement: TableChange | PartitionChange | Of<"rename-table">,
  table: Table,
  context: AlterTableContext,
): Promise<void> {
  const label = labelOf(table);
  if (isView(table.definition)) throw new QueryError("data", `${label} is a view; write CREATE OR REPLACE VIEW`);
  switch (statement.kind) {
    case "add-partitions":
      return addPartitions(statement, table, context);
    case "drop-partitions":
      return dropPartitions(statement, table, context);
    case "rename-partition":
      return changePartition(table, statement.partition, { to: statement.to }, context);
    case "rename-table":
      return renameTable(statement, table, context);
    case "set-location": {
      const { partition, location } = statement;
      if (partition !== undefined) return changePartition(table, partition, { location }, context);
    }
  }
  const changed = changedDefinition(statement, table);
  await context.catalog.updateTable(table.databaseName, changed, { expectedVersion: table.versionId });
}

/** As Hive does with external tables: the name alone changes, and the new one is in the same database unless it says another. */
async function renameTable({ to }: Of<"rename-table">, table: Table, { catalog }: AlterTableContext): Promise<void> {
  const { databaseName, definition, versionId } = table;
  const from = { databaseName, tableName: definition.name };
  const target = { databaseName: to.database ?? databaseName, tableName: to.table };
  await catalog.renameTable(from, target, { expectedVersion: versionId });
}

function changedDefinition(statement: TableChange, table: Table): TableDefinition {
  const { definition } = table;
  const storage = definition.storageDescriptor ?? {};
  const columns = storage.columns ?? [];
  switch (statement.kind) {
    case "set-properties":
      return { ...definition, parameters: { ...definition.parameters, ...statement.properties } };
    case "set-location":
      return { ...definition, storageDescriptor: { ...storage, location: statement.location } };
    case "add-columns":
      return { ...definition, storageDescriptor: { ...storage, columns: [...columns, ...statement.columns] } };
    case "replace-columns":
      return { ...definition, storageDescriptor: { ...storage, columns: [...statement.columns] } };
    case "change-column":
      return { ...definition, storageDescriptor: { ...storage, columns: changedColumns(statement, columns, table) } };
  }
}

/** A comment stays unless another one is given. */
function changedColumns({ column, to }: Of<"change-column">, columns: readonly TableColumn[], table: Table) {
  if (!columns.some(({ name }) => name.toLowerCase() === column)) {
    throw new QueryError("not-found", `Table ${labelOf(table)} has no column ${column}`);
  }
  return columns.map((present) => (present.name.toLowerCase() === column ? { ...present, ...to } : present));
}

async function addPartitions(
  { partitions: wanted, ifNotExists }: Of<"add-partitions">,
  table: Table,
  { partitions }: AlterTableContext,
): Promise<void> {
  const keys = keysOf(table);
  const definitions = wanted.map((one) => partitionOf(table, keys, one));
  const became = await partitions.createPartitions(table.databaseName, table.definition.name, definitions);
  const taken = definitions[became.indexOf("already-exists")];
  if (taken === undefined || ifNotExists) return;
  const message = `Table ${labelOf(table)} has the partition ${taken.values.join("/")} already`;
  throw new QueryError("already-exists", message);
}

async function dropPartitions(
  { partitions: wanted, ifExists }: Of<"drop-partitions">,
  table: Table,
  { partitions }: AlterTableContext,
): Promise<void> {
  const keys = keysOf(table);
  for (const { values } of wanted) checkKeys(table, keys, values, false);
  const known = await partitions.partitions(table.databaseName, table.definition.name);
  const dropped = known
    .map(({ definition: { values } }) => values)
    .filter((values) => wanted.some((one) => matches(keys, values, one.values)));
  if (dropped.length === 0 && !ifExists) throw noSuchPartition(table);
  await partitions.deletePartitions(table.databaseName, table.definition.name, dropped);
}

async function changePartition(
  table: Table,
  which: PartitionSpecification,
  { to, location }: { readonly to?: PartitionSpecification; readonly location?: string },
  { partitions }: AlterTableContext,
): Promise<void> {
  const keys = keysOf(table);
  const { values } = partitionOf(table, keys, which);
  const { databaseName, definition } = table;
  const known = await partitions.partition(databaseName, definition.name, values);
  if (known === undefined) throw noSuchPartition(table);
  const storage = { ...known.definition.storageDescriptor, ...(location !== undefined && { location }) };
  const changed = {
    ...known.definition,
    storageDescriptor: storage,
    ...(to !== undefined && { values: partitionOf(table, keys, to).values }),
  };
  await partitions.updatePartition(databaseName, definition.name, values, changed);
}

function keysOf(table: Table): readonly string[] {
  const keys = (table.definition.partitionKeys ?? []).map(({ name }) => name);
  if (keys.length === 0) throw new QueryError("data", `Table ${labelOf(table)} has no partition keys`);
  return keys;
}

function checkKeys(
  table: Table,
  keys: readonly string[],
  values: ReadonlyMap<string, string>,
  allWanted: boolean,
): void {
  const stranger = [...values.keys()].find((key) => !keys.includes(key));
  if (stranger === undefined && (values.size === keys.length || !allWanted)) return;
  const message = `Table ${labelOf(table)} has the partition keys ${keys.join(", ")}, got ${[...values.keys()].join(", ")}`;
  throw new QueryError("data", message);
}

function matches(keys: readonly string[], values: readonly string[], wanted: ReadonlyMap<string, string>): boolean {
  return keys.every((key, index) => !wanted.has(key) || wanted.get(key) === values[index]);
}

function partitionOf(table: Table, keys: readonly string[], { values, location }: PartitionSpecification) {
  checkKeys(table, keys, values, true);
  const texts = keys.map((key) => values.get(key) ?? "");
  const storage = table.definition.storageDescriptor ?? {};
  const place = location ?? `${(storage.location ?? "").replace(/\/?$/, "/")}${hivePartitionFolder(keys, texts)}`;
  return { values: texts, storageDescriptor: { ...storage, location: place } };
}

function labelOf({ databaseName, definition }: Table): string {
  return `${databaseName}.${definition.name}`;
}

function noSuchPartition(table: Table): QueryError {
  return new QueryError("not-found", `Table ${labelOf(table)} has no such partition`);
}
