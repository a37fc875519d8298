import type { Catalog } from "../../catalog/catalog.ts";
import { type Location, readLocation } from "../../catalog/location.ts";
import type { Partitions } from "../../catalog/partition.ts";
import type { StorageDescriptor, Table } from "../../catalog/table.ts";
import { READ_BY_LISTING } from "../../catalog/table-changes/stored-table-changes.ts";
import { LakehoseError } from "../../model/errors.ts";
import { readerOf, type TableReader } from "../../query/engine/table-reader.ts";
import { unsupported } from "../../query/query-error.ts";
import { isTextReader } from "./text-lines.ts";

/** Where files of a table lie that are read in one way: a partition, or the whole of a table without partitions. */
export interface TablePlace {
  readonly location: Location;
  readonly reader: TableReader;
  /** Of the partition keys, in their order. */
  readonly values: readonly string[];
  readonly storage: StorageDescriptor;
}

/** The value of a partition key, or how it begins, with `*` at its end. Keys that are not named may have any value. */
export type PartitionChoice = Readonly<Record<string, string>>;

export function tableToRewrite(catalog: Catalog, databaseName: string, tableName: string): Table {
  const table = catalog.table(databaseName.toLowerCase(), tableName.toLowerCase());
  const name = `${databaseName}.${tableName}`;
  if (table === undefined)
    throw new LakehoseError("not-found", `There is no table ${name}; see the tables of the database`);
  const { parameters = {}, tableType } = table.definition;
  if (tableType === "VIRTUAL_VIEW") {
    throw new LakehoseError("invalid", `${name} is a view, and has no files: name the table that it reads`);
  }
  if (parameters.table_type?.toUpperCase() === "ICEBERG") {
    throw new LakehoseError("invalid", `${name} is an Iceberg table: only Iceberg's own writers may replace its files`);
  }
  return table;
}

/** Rejects when its readers would see old and new files together. */
export function refuseReadByListing({ databaseName, definition }: Table): void {
  if (definition.parameters?.[READ_BY_LISTING] !== "true") return;
  const message = `${databaseName}.${definition.name} is marked ${READ_BY_LISTING}: its readers would see old and new files together. Take the mark away if all of them read through the catalog`;
  throw new LakehoseError("invalid", message);
}

/** Those whose files can be written again as what they are. Rejects when one of them has files of another kind. */
export async function placesToRewrite(
  table: Table,
  partitions: Partitions,
  choice: PartitionChoice,
): Promise<readonly TablePlace[]> {
  const places = await placesOf(table, partitions, choice);
  if (places.every(({ reader }) => reader.format === "parquet" || isTextReader(reader))) return places;
  const name = `${table.databaseName}.${table.definition.name}`;
  throw unsupported(`Table ${name}: rewriting such files`, "there are JSON, CSV, delimited text and Parquet");
}

/** In the order of the partitions. */
export async function placesOf(
  table: Table,
  partitions: Partitions,
  choice: PartitionChoice,
): Promise<readonly TablePlace[]> {
  const { databaseName, definition } = table;
  const { storageDescriptor = {}, partitionKeys = [], name } = definition;
  const keys = partitionKeys.map((key) => key.name.toLowerCase());
  const unknown = Object.keys(choice).find((key) => !keys.includes(key.toLowerCase()));
  if (unknown !== undefined) {
    const known = keys.length === 0 ? "it has none" : `it has ${keys.join(", ")}`;
    throw new LakehoseError("invalid", `Table ${databaseName}.${name} has no partition key ${unknown}: ${known}`);
  }
  if (keys.length === 0) return [placeOf(table, storageDescriptor, [])];
  const all = await partitions.partitions(databaseName, name);
  return all
    .filter((partition) => isChosen(keys, partition.definition.values, choice))
    .map(({ definition: { storageDescriptor: own, values } }) =>
      placeOf(table, { ...storageDescriptor, ...own }, values),
    );
}

function placeOf(
  { databaseName, definition }: Table,
  storage: StorageDescriptor,
  values: readonly string[],
): TablePlace {
  const name = `${databaseName}.${definition.name}`;
  const location = readLocation(storage.location);
  if (location === undefined) {
    const message = `Table ${name}: expected a location such as s3://bucket/prefix/, got ${storage.location ?? "none"}`;
    throw new LakehoseError("invalid", message);
  }
  return { location, reader: readerOf(storage, definition.parameters ?? {}, name), values, storage };
}

function isChosen(keys: readonly string[], values: readonly string[], choice: PartitionChoice): boolean {
  return Object.entries(choice).every(([key, wanted]) => {
    const value = values[keys.indexOf(key.toLowerCase())] ?? "";
    return wanted.endsWith("*") ? value.startsWith(wanted.slice(0, -1)) : value === wanted;
  });
}
