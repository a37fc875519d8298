import { type Location, locationText } from "../../catalog/location.ts";
import { hivePartitionFolder } from "../../catalog/partition-layout.ts";
import type { Table } from "../../catalog/table.ts";
import type { ObjectName } from "../../catalog/table-changes/table-changes.ts";
import type { Statement } from "../dialect/statement.ts";
import { parseLocation } from "../engine/location.ts";
import type { SessionColumn } from "../engine/session.ts";
import { readerOf } from "../engine/table-reader.ts";
import { shapeOf, type TableShape } from "../engine/table-shape.ts";
import { isView } from "../engine/view-text.ts";
import { QueryError, unsupported } from "../query-error.ts";
import type { QueryStatistics } from "../query-statistics.ts";
import { checkFits } from "./fits-column.ts";
import { objectText } from "./store-files.ts";
import { type TableWriter, writerOf } from "./table-writer.ts";
import { namesOf, putAndFinish, type RowsPlan, type WriteOptions, type WrittenRows, withRows } from "./write-rows.ts";

type Insert = Extract<Statement, { readonly kind: "insert" }>;

/**
 * INSERT INTO. The rows become files on this disk, then objects that readers do not see; partitions that are not there yet
 * are made, without rows; and one line of the table's changes shows all new files at once. A partition that an INSERT made
 * before it failed stays, empty: somebody else may use it by then.
 */
export async function insertInto(statement: Insert, options: WriteOptions): Promise<QueryStatistics> {
  const target = targetOf(statement, options);
  const { shape } = target;
  return withRows(
    statement.query,
    shape.partitionKeys.length,
    options,
    (columns) => planRows(statement, target, columns),
    async (rows) => {
      const places = rows.files.length > 0 ? await addFiles(target, rows, options) : [];
      return { ...rows.statistics, written: places.map(objectText) };
    },
  );
}

interface Target {
  readonly table: Table;
  /** Database and name, for messages. */
  readonly label: string;
  readonly shape: TableShape;
  readonly writer: TableWriter;
  readonly location: Location;
}

function targetOf({ name }: Insert, { catalog, database }: WriteOptions): Target {
  const place = name.database ?? database;
  const label = `${place}.${name.table}`;
  if (catalog.database(place) === undefined) throw new QueryError("not-found", `There is no database ${place}`);
  const table = catalog.table(place, name.table);
  if (table === undefined) throw new QueryError("not-found", `There is no table ${label}`);
  const { definition } = table;
  if (isView(definition)) throw unsupported(`INSERT INTO the view ${label}`, "write to the table below it");
  const storage = definition.storageDescriptor ?? {};
  if ((storage.bucketColumns ?? []).length > 0) throw unsupported(`INSERT INTO the bucketed table ${label}`);
  const writer = writerOf(storage, definition.parameters ?? {}, label);
  return { table, label, shape: shapeOf(table), writer, location: parseLocation(storage.location, label) };
}

function planRows(statement: Insert, { label, shape, writer }: Target, columns: readonly SessionColumn[]): RowsPlan {
  const all = [...shape.columns, ...shape.partitionKeys];
  const wanted = statement.columns ?? all.map(({ name }) => name);
  for (const [index, name] of wanted.entries()) {
    if (!all.some((column) => column.name === name)) {
      throw new QueryError("syntax", `Table ${label} has no column ${name}`);
    }
    if (wanted.indexOf(name) < index) throw new QueryError("syntax", `INSERT INTO ${label} names column ${name} twice`);
  }
  if (columns.length !== wanted.length) {
    const message = `INSERT INTO ${label} takes ${wanted.length} columns (${wanted.join(", ")}), the query has ${columns.length}`;
    throw new QueryError("syntax", message);
  }
  const sources = all.map(({ name }) => {
    const at = wanted.indexOf(name);
    return at === -1 ? undefined : at;
  });
  for (const [index, source] of sources.entries()) {
    const [column, target] = [columns[source ?? -1], all[index]];
    if (source !== undefined && column !== undefined && target !== undefined) {
      checkFits(column, target, source + 1, label);
    }
  }
  return { table: label, shape, writer, sources };
}

async function addFiles(target: Target, rows: WrittenRows, options: WriteOptions): Promise<readonly ObjectName[]> {
  const { table, writer, location } = target;
  const { databaseName, definition } = table;
  const places = target.shape.partitionKeys.length === 0 ? undefined : await partitionPlaces(target, rows, options);
  const placeOf = (values: readonly string[]) => places?.get(JSON.stringify(values)) ?? { location, isNew: false };
  const adds = namesOf(rows.files, writer, options.random, (values) => placeOf(values).location);
  const change = await options.changes.begin({
    origin: "INSERT",
    table: { databaseName, tableName: definition.name },
    adds,
    replaces: [],
  });
  await putAndFinish(change, rows, options, async () => {
    if (places !== undefined) await makePartitions(target, places, options);
    await change.commit();
  });
  return change.places;
}

interface PartitionPlace {
  readonly values: readonly string[];
  readonly location: Location;
  readonly isNew: boolean;
}

/** Where the partitions of the rows lie, by their values: where the catalog says, else in Hive's layout. */
async function partitionPlaces(
  target: Target,
  { files }: WrittenRows,
  { partitions }: WriteOptions,
): Promise<ReadonlyMap<string, PartitionPlace>> {
  const { databaseName, definition } = target.table;
  const found = new Map<string, PartitionPlace>();
  for (const { values } of files) {
    const key = JSON.stringify(values);
    if (found.has(key)) continue;
    const known = await partitions.partition(databaseName, definition.name, values);
    const storage = known?.definition.storageDescriptor;
    if (storage !== undefined) checkFormat(target, values, { ...definition.storageDescriptor, ...storage });
    const location =
      storage?.location === undefined ? folderOf(target, values) : parseLocation(storage.location, target.label);
    found.set(key, { values, location, isNew: known === undefined });
  }
  return found;
}

/** A partition may be read in another way than its table; the files would be of the wrong kind there. */
function checkFormat({ label, table, writer }: Target, values: readonly string[], storage: object): void {
  const reader = readerOf(storage, table.definition.parameters ?? {}, label);
  if (JSON.stringify(reader) === JSON.stringify(writer.reader)) return;
  throw unsupported(`INSERT INTO partition ${values.join("/")} of ${label}, whose format is another than the table's`);
}

function folderOf({ location, shape }: Target, values: readonly string[]): Location {
  const keys = shape.partitionKeys.map(({ name }) => name);
  return { bucket: location.bucket, prefix: `${location.prefix}${hivePartitionFolder(keys, values)}` };
}

async function makePartitions(
  { table, label }: Target,
  places: ReadonlyMap<string, PartitionPlace>,
  { partitions }: WriteOptions,
): Promise<void> {
  const { databaseName, definition } = table;
  const wanted = [...places.values()].filter(({ isNew }) => isNew);
  if (wanted.length === 0) return;
  const definitions = wanted.map(({ values, location }) => ({
    values,
    storageDescriptor: { ...definition.storageDescriptor, location: locationText(location) },
  }));
  const became = await partitions.createPartitions(databaseName, definition.name, definitions);
  for (const [index, { values, location }] of wanted.entries()) {
    if (became[index] === "created") continue;
    const other = await partitions.partition(databaseName, definition.name, values);
    if (other?.definition.storageDescriptor?.location === locationText(location)) continue;
    const message = `Partition ${values.join("/")} of ${label} was made at another place while the rows were written; try again`;
    throw new QueryError("data", message);
  }
}
