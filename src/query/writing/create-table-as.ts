import { type Location, locationText } from "../../catalog/location.ts";
import { hivePartitionFolder } from "../../catalog/partition-layout.ts";
import type { TableDefinition } from "../../catalog/table.ts";
import type { ObjectName } from "../../catalog/table-changes/table-changes.ts";
import type { Statement } from "../dialect/statement.ts";
import { withTables } from "../engine/open-tables.ts";
import type { SessionColumn } from "../engine/session.ts";
import { QueryError } from "../query-error.ts";
import { NOTHING_READ, type QueryStatistics } from "../query-statistics.ts";
import { checkEmpty, newTable, planNewTable, readFolder } from "./new-table.ts";
import { objectText, removeObjects } from "./store-files.ts";
import { namesOf, putAndFinish, type WriteOptions, type WrittenRows, withRows } from "./write-rows.ts";

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
  await checkEmpty(location, WHAT, options);
  const target: Target = { statement, databaseName, label, location };
  if (!statement.withData) return withoutData(target, options);
  const keyCount = statement.properties.partitionedBy.length;
  let definition: TableDefinition | undefined;
  const plan = (columns: readonly SessionColumn[]) => {
    definition = definitionOf(target, columns);
    return planNewTable(databaseName, definition);
  };
  return withRows(statement.query, keyCount, options, plan, async (rows) => {
    const places = definition === undefined ? [] : await makeTable(target, definition, rows, options);
    return { ...rows.statistics, written: places.map(objectText) };
  });
}

const WHAT = "CREATE TABLE AS";

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
  planNewTable(target.databaseName, definition);
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
  return readFolder(text, WHAT);
}

function definitionOf({ statement, label, location }: Target, columns: readonly SessionColumn[]): TableDefinition {
  const { name, properties } = statement;
  return newTable({ name: name.table, label, location, properties, what: WHAT }, columns);
}

async function makeTable(
  { databaseName, location }: Target,
  definition: TableDefinition,
  rows: WrittenRows,
  options: WriteOptions,
): Promise<readonly ObjectName[]> {
  const { bucket, prefix } = location;
  const keys = (definition.partitionKeys ?? []).map(({ name }) => name);
  const folderOf = (values: readonly string[]) => ({ bucket, prefix: `${prefix}${hivePartitionFolder(keys, values)}` });
  if (rows.files.length === 0) {
    await options.catalog.createTable(databaseName, definition);
    return [];
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
  if (keys.length === 0) return change.places;
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
  return change.places;
}
