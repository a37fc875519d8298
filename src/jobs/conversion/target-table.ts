import type { Catalog } from "../../catalog/catalog.ts";
import { type Location, locationText, readLocation } from "../../catalog/location.ts";
import type { Partitions } from "../../catalog/partition.ts";
import { hivePartitionFolder } from "../../catalog/partition-layout.ts";
import type { Table } from "../../catalog/table.ts";
import { LakehoseError } from "../../model/errors.ts";
import { FORMATS } from "../../query/dialect/table-format.ts";
import { readerOf } from "../../query/engine/table-reader.ts";
import { shapeOf } from "../../query/engine/table-shape.ts";
import type { TablePlace } from "../rewriting/table-places.ts";

export interface TargetChoice {
  readonly database: string;
  readonly table: string;
  /** Needed where the table is not there yet. */
  readonly location: string | undefined;
}

export interface TargetTable {
  readonly table: Table;
  readonly location: Location;
}

/** The table that rows go to: one that is there, with the columns of the source, or one that is made with them. */
export async function targetTable(
  catalog: Catalog,
  source: Table,
  places: readonly TablePlace[],
  choice: TargetChoice,
): Promise<TargetTable> {
  const known = catalog.table(choice.database, choice.table);
  const name = `${choice.database}.${choice.table}`;
  refuseOverlap(name, readLocation(known?.definition.storageDescriptor?.location ?? choice.location), places);
  const table = known ?? (await createTarget(catalog, source, choice));
  const { storageDescriptor = {}, parameters = {} } = table.definition;
  const location = readLocation(storageDescriptor.location);
  if (location === undefined || readerOf(storageDescriptor, parameters, name).format !== "parquet") {
    throw new LakehoseError("invalid", `Table ${name} has to be one of Parquet files with a location, to take rows in`);
  }
  const [wanted, found] = [shapeText(source), shapeText(table)];
  if (wanted !== found) {
    const message = `Table ${name} has other columns than its source: expected ${wanted}, found ${found}`;
    throw new LakehoseError("invalid", message);
  }
  return { table, location };
}

/** What a run writes must be no file that the next one converts, nor one that readers of the source take for theirs. */
function refuseOverlap(name: string, target: Location | undefined, places: readonly TablePlace[]): void {
  if (target === undefined) return;
  const to = locationText(target);
  for (const { location } of places) {
    const from = locationText(location);
    if (!from.startsWith(to) && !to.startsWith(from)) continue;
    const message = `The files of ${name} would lie in ${to}, and its source is read from ${from}: choose a targetLocation beside it`;
    throw new LakehoseError("invalid", message);
  }
}

/** Where files of a partition go. */
export function folderIn({ table, location }: TargetTable, values: readonly string[]): string {
  const keys = (table.definition.partitionKeys ?? []).map(({ name }) => name);
  return `${location.prefix}${hivePartitionFolder(keys, values)}`;
}

/** A partition without files does no harm, and files without their partition would not be seen. */
export async function ensurePartition(
  partitions: Partitions,
  target: TargetTable,
  values: readonly string[],
): Promise<void> {
  if (values.length === 0) return;
  const { databaseName, definition } = target.table;
  const location = `s3://${target.location.bucket}/${folderIn(target, values)}`;
  const storageDescriptor = { ...definition.storageDescriptor, location };
  await partitions.createPartitions(databaseName, definition.name, [{ values, storageDescriptor }]);
}

async function createTarget(catalog: Catalog, source: Table, { database, table, location }: TargetChoice) {
  if (location === undefined || readLocation(location) === undefined) {
    const message = `Table ${database}.${table} is not there: say with targetLocation where its files shall lie, such as s3://bucket/prefix/`;
    throw new LakehoseError("invalid", message);
  }
  const format = FORMATS.get("parquet");
  const { storageDescriptor = {}, partitionKeys = [] } = source.definition;
  return catalog.createTable(database, {
    name: table,
    tableType: "EXTERNAL_TABLE",
    parameters: { EXTERNAL: "TRUE", classification: "parquet" },
    partitionKeys,
    storageDescriptor: {
      columns: storageDescriptor.columns ?? [],
      location: location.endsWith("/") ? location : `${location}/`,
      ...(format && {
        inputFormat: format.inputFormat,
        outputFormat: format.outputFormat,
        serdeInfo: { serializationLibrary: format.library ?? "" },
      }),
    },
  });
}

function shapeText(table: Table): string {
  const { columns, partitionKeys } = shapeOf(table);
  return JSON.stringify([columns, partitionKeys]);
}
