import { type Location, locationText, readLocation } from "../../catalog/location.ts";
import { hivePartitionFolder } from "../../catalog/partition-layout.ts";
import type { TableColumn, TableDefinition } from "../../catalog/table.ts";
import type { ObjectName } from "../../catalog/table-changes/table-changes.ts";
import { type ObjectStore, ObjectStoreError } from "../../storage/object-store.ts";
import type { Statement } from "../dialect/statement.ts";
import { hiveType } from "../engine/cell-value.ts";
import { withTables } from "../engine/open-tables.ts";
import type { SessionColumn } from "../engine/session.ts";
import { shapeOf } from "../engine/table-shape.ts";
import { QueryError } from "../query-error.ts";
import { NOTHING_READ, type QueryStatistics } from "../query-statistics.ts";
import { writerOf } from "./table-writer.ts";
import { namesOf, putAndFinish, type RowsPlan, type WriteOptions, type WrittenRows, withRows } from "./write-rows.ts";

type CreateTableAs = Extract<Statement, { readonly kind: "create-table-as" }>;

/**
 * CREATE TABLE AS. The rows become files on this disk, then objects in a folder that was empty; when all are there the
 * table is made, last: nobody sees it with a part of its rows. (One that is partitioned is there without rows until its
 * partitions have been made, in one change.) Whatever fails before leaves neither a table nor files.
 */
export async function createTableAs(statement: CreateTableAs, options: WriteOptions): Promise<QueryStatistics> {
  const databaseName = statement.name.database ?? options.database;
  const label = `${databaseName}.${statement.name.table}`;
  if (options.catalog.table(databaseName, statement.name.table) !== undefined) {
    if (statement.ifNotExists) return NOTHING_READ;
    throw new QueryError("already-exists", `There is a table ${label} already`);
  }
  const location = locationOf(statement, databaseName, options);
  await checkEmpty(location, options);
  const target: Target = { statement, databaseName, label, location };
  if (!statement.withData) return withoutData(target, options);
  const keyCount = statement.properties.partitionedBy.length;
  let definition: TableDefinition | undefined;
  const plan = (columns: readonly SessionColumn[]) => {
    definition = definitionOf(target, columns);
    return planRows(target, definition);
  };
  return withRows(statement.query, keyCount, options, plan, async (rows) => {
    if (definition !== undefined) await makeTable(target, definition, rows, options);
    return rows.statistics;
  });
}

interface Target {
  readonly statement: CreateTableAs;
  readonly databaseName: string;
  /** Database and name, for messages. */
  readonly label: string;
  readonly location: Location;
}

async function withoutData(target: Target, options: WriteOptions): Promise<QueryStatistics> {
  const { query } = target.statement;
  const request = { query, database: options.database, wanted: "columns", signal: options.signal } as const;
  const columns = await withTables(options, request, (session) => session.columnsIn(options.database, query.sql));
  const definition = definitionOf(target, columns);
  planRows(target, definition);
  await options.catalog.createTable(target.databaseName, definition);
  return NOTHING_READ;
}

function locationOf({ name, properties }: CreateTableAs, databaseName: string, options: WriteOptions): Location {
  const database = options.catalog.database(databaseName);
  if (database === undefined) throw new QueryError("not-found", `There is no database ${databaseName}`);
  const { locationUri } = database.definition;
  const id = options.random.bytes(8).toString("hex");
  const base = (text: string) => (text.endsWith("/") ? text : `${text}/`);
  const text =
    properties.location ??
    (locationUri === undefined || locationUri === ""
      ? `${base(options.tablesLocation)}${databaseName}/${name.table}/${id}/`
      : `${base(locationUri)}${name.table}/${id}/`);
  const location = readLocation(text);
  const segments = location?.prefix.split("/").slice(0, -1) ?? [];
  if (location !== undefined && segments.length > 0 && segments.every(isPlain)) return location;
  const message = `CREATE TABLE AS: expected a location such as s3://bucket/folder/, without empty, . and .. folders, got ${JSON.stringify(text)}`;
  throw new QueryError("data", message);
}

function isPlain(segment: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  if (/[\u0000-\u001f\u007f]/.test(segment)) return false;
  return segment !== "" && segment !== "." && segment !== "..";
}

/** Files that are there already would be rows of the new table. */
async function checkEmpty({ bucket, prefix }: Location, { storeFor }: WriteOptions): Promise<void> {
  const found = await firstKey(storeFor(bucket), bucket, prefix);
  if (found === undefined) return;
  const message = `CREATE TABLE AS: expected ${locationText({ bucket, prefix })} to be empty, there is ${found}; name another external_location`;
  throw new QueryError("already-exists", message);
}

async function firstKey(store: ObjectStore, bucket: string, prefix: string): Promise<string | undefined> {
  try {
    for await (const { key } of store.list(bucket, { prefix })) return key;
  } catch (error) {
    if (!(error instanceof ObjectStoreError && error.code === "no-such-bucket")) throw error;
  }
  return undefined;
}

function definitionOf({ statement, label, location }: Target, columns: readonly SessionColumn[]): TableDefinition {
  const { name, properties } = statement;
  const { storage, parameters, partitionedBy } = properties;
  const all = columns.map((column, index) => newColumn(column, index + 1, label));
  const twice = all.find((column, index) => all.findIndex((other) => other.name === column.name) < index);
  if (twice !== undefined) throw new QueryError("syntax", `CREATE TABLE AS: two columns are called ${twice.name}`);
  const own = all.slice(0, all.length - partitionedBy.length);
  const keys = all.slice(own.length);
  if (own.length === 0 || keys.some((key, index) => key.name !== partitionedBy[index])) {
    const message = `CREATE TABLE AS: expected the last columns of the query to be those of partitioned_by (${partitionedBy.join(", ")}), and others before them, got ${all.map((column) => column.name).join(", ")}`;
    throw new QueryError("syntax", message);
  }
  return {
    name: name.table,
    tableType: "EXTERNAL_TABLE",
    storageDescriptor: { columns: own, location: locationText(location), ...storage },
    partitionKeys: keys,
    parameters: { EXTERNAL: "TRUE", ...parameters },
  };
}

/** What an expression is called when nobody named it has signs in it. */
const COLUMN_NAME = /^[\p{L}_][\p{L}\p{N}_ -]*$/u;

function newColumn({ name, type, hasType }: SessionColumn, position: number, label: string): TableColumn {
  if (!COLUMN_NAME.test(name)) {
    throw new QueryError("syntax", `CREATE TABLE AS: column ${position} of the query has no name; write AS name`);
  }
  if (!hasType) {
    const message = `CREATE TABLE AS: column ${name} of ${label} has no type; write CAST(NULL AS varchar), or another type`;
    throw new QueryError("syntax", message);
  }
  return { name: name.toLowerCase(), type: hiveType(type) };
}

function planRows({ databaseName, label }: Target, definition: TableDefinition): RowsPlan {
  const shape = shapeOf({ databaseName, definition });
  const writer = writerOf(definition.storageDescriptor ?? {}, definition.parameters ?? {}, label);
  const sources = [...shape.columns, ...shape.partitionKeys].map((_, index) => index);
  return { table: label, shape, writer, sources };
}

async function makeTable(
  { databaseName, location }: Target,
  definition: TableDefinition,
  rows: WrittenRows,
  options: WriteOptions,
): Promise<void> {
  const { bucket, prefix } = location;
  const keys = (definition.partitionKeys ?? []).map(({ name }) => name);
  const folderOf = (values: readonly string[]) => ({ bucket, prefix: `${prefix}${hivePartitionFolder(keys, values)}` });
  if (rows.files.length === 0) {
    await options.catalog.createTable(databaseName, definition);
    return;
  }
  const change = await options.changes.begin({
    origin: "CREATE TABLE AS",
    table: { databaseName, tableName: definition.name },
    adds: namesOf(rows.files, rows.plan.writer, options.random, folderOf),
    replaces: [],
  });
  await putAndFinish(change, rows, options, () => change.commit());
  try {
    await options.catalog.createTable(databaseName, definition);
  } catch (error) {
    await removeObjects(change.places, options);
    throw error;
  }
  const values = new Map(rows.files.map((file) => [JSON.stringify(file.values), file.values]));
  if (keys.length === 0) return;
  try {
    const partitions = [...values.values()].map((some) => ({
      values: some,
      storageDescriptor: { ...definition.storageDescriptor, location: locationText(folderOf(some)) },
    }));
    await options.partitions.createPartitions(databaseName, definition.name, partitions);
  } catch (error) {
    await options.catalog.deleteTable(databaseName, definition.name);
    await removeObjects(change.places, options);
    throw error;
  }
}

async function removeObjects(places: readonly ObjectName[], { storeFor }: WriteOptions): Promise<void> {
  for (const { bucket, key } of places) await storeFor(bucket).delete(bucket, key);
}
