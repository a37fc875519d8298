import { isDeepStrictEqual } from "node:util";
import type { Catalog } from "../../catalog/catalog.ts";
import { storageOf, tableColumns, tableParameters } from "../../catalog/crawler/table-definition.ts";
import { locationText, readLocation } from "../../catalog/location.ts";
import type { Partitions } from "../../catalog/partition.ts";
import type { StorageDescriptor, TableColumn, TableDefinition } from "../../catalog/table.ts";
import { parseHiveType } from "../../model/schema/hive-type.ts";
import { ExportError } from "./export-error.ts";
import type { ExportOutput, ExportPlan, PlannedTable } from "./export-state.ts";
import { RUN_KEY } from "./make-plan.ts";
import { dateOf } from "./object-names.ts";

/**
 * What a run has exported becomes visible here, all of a table in one change of the catalog: a partition that appears, or
 * the place of a table or partition that becomes another. Whoever reads sees the rows of the last run or of this one.
 *
 *     partition  cursor   keys      one run is
 *     none       no       -         the table, which moves
 *     date       no       dt        the partition of its date, which moves if it is there
 *     none       yes      run       a new partition
 *     date       yes      dt, run   a new partition
 *
 * Doing it twice does nothing more.
 */
export interface Publication {
  readonly catalog: Catalog & { readonly partitions: Partitions };
  readonly plan: ExportPlan;
  readonly jobName: string;
}

/** Whose table it is: a table of another origin is never changed. */
const EXPORTED_BY = "lakehose.export.job";

/** Characters of a comment (Glue API, CommentString). */
const COMMENT_LENGTH_MAX = 255;

/** Refuses tables that could not be published, before anything is read. */
export function checkTable({ catalog, plan, jobName }: Publication, table: PlannedTable): void {
  const { database } = plan.output;
  const present = catalog.table(database, table.catalogName)?.definition;
  if (present === undefined) return;
  const place = `${database}.${table.catalogName}`;
  const owner = present.parameters?.[EXPORTED_BY];
  if (owner !== jobName) {
    const whose = owner === undefined ? "was not made by an export" : `belongs to the job ${owner}`;
    const message = `Table ${place} ${whose}: choose another tableName or database, or drop it (its files stay)`;
    throw new ExportError("invalid", message);
  }
  const before = present.partitionKeys?.map(({ name }) => name) ?? [];
  const keys = keysOf(plan.output, table);
  if (isDeepStrictEqual(before, keys)) return;
  const message = `Table ${place} has the partition keys (${before}), and the options make them (${keys}): drop it (its files stay), or choose another tableName`;
  throw new ExportError("invalid", message);
}

/** Resolves to the place that this run takes the place of, if any. */
export async function publishTable(publication: Publication, table: PlannedTable): Promise<string | undefined> {
  const { catalog, plan } = publication;
  const { database } = plan.output;
  if (catalog.database(database) === undefined) await catalog.createDatabase({ name: database });
  const before = catalog.table(database, table.catalogName)?.definition;
  const definition = definitionOf(publication, table, before);
  if (before === undefined) await catalog.createTable(database, definition);
  else if (!isDeepStrictEqual(before, definition)) await catalog.updateTable(database, definition);
  if (keysOf(plan.output, table).length > 0) return publishPartition(publication, table);
  const location = before?.storageDescriptor?.location;
  return location === definition.storageDescriptor?.location ? undefined : location;
}

async function publishPartition({ catalog, plan }: Publication, table: PlannedTable): Promise<string | undefined> {
  const { partitions } = catalog;
  const { database } = plan.output;
  // Nothing new has come since the last run.
  if (table.cursor !== undefined && table.cursor.upTo === undefined) return undefined;
  const values = keysOf(plan.output, table).map((key) => (key === RUN_KEY ? plan.run : dateOf(plan.occasion)));
  const location = locationText({ bucket: plan.output.bucket, prefix: table.folder });
  const storageDescriptor = { ...storage(plan.output), columns: columnsOf(plan.output, table), location };
  const present = await partitions.partition(database, table.catalogName, values);
  if (present === undefined) {
    await partitions.createPartitions(database, table.catalogName, [{ values, storageDescriptor }]);
    return undefined;
  }
  const before = present.definition.storageDescriptor?.location;
  if (before === location) return undefined;
  await partitions.updatePartition(database, table.catalogName, values, { values, storageDescriptor });
  return before;
}

/** Whether the objects of a run can be read through the catalog, or could be asked for by a reader who began before. */
export function isRunOf(location: string, table: PlannedTable, { output }: ExportPlan): boolean {
  const place = readLocation(location);
  return (
    place?.bucket === output.bucket && place.prefix.startsWith(table.root) && place.prefix.includes(`/${RUN_KEY}=`)
  );
}

function definitionOf(
  { plan, jobName }: Publication,
  table: PlannedTable,
  before: TableDefinition | undefined,
): TableDefinition {
  const { output } = plan;
  const keys = keysOf(output, table);
  const moves = keys.length === 0;
  const columns = columnsOf(output, table);
  const known = before?.storageDescriptor?.columns ?? [];
  return {
    ...before,
    name: table.catalogName,
    tableType: "EXTERNAL_TABLE",
    storageDescriptor: {
      ...storage(output),
      columns: moves ? columns : withFormerColumns(columns, known),
      location: locationText({ bucket: output.bucket, prefix: moves ? table.folder : table.root }),
    },
    partitionKeys: keys.map((name) => ({ name, type: "string" })),
    parameters: { ...before?.parameters, ...parameters(output), [EXPORTED_BY]: jobName },
  };
}

/** Columns that the source no longer has are in the partitions of earlier runs, and stay behind the others. */
function withFormerColumns(columns: readonly TableColumn[], known: readonly TableColumn[]): readonly TableColumn[] {
  const names = new Set(columns.map(({ name }) => name));
  return [...columns, ...known.filter(({ name }) => !names.has(name))];
}

function keysOf({ partition, partitionKey }: ExportOutput, { cursor }: PlannedTable): readonly string[] {
  return [...(partition === "date" ? [partitionKey] : []), ...(cursor === undefined ? [] : [RUN_KEY])];
}

/** In CSV, bytes are Base64 and nothing but text to who reads them. */
function columnsOf({ format }: ExportOutput, { columns }: PlannedTable): readonly TableColumn[] {
  return columns.flatMap(({ name, type, reading, comment }) => {
    const told = format === "csv" && reading === "bytes" ? "string" : type;
    const [column] = tableColumns([{ name: name.toLowerCase(), type: parseHiveType(told) }]);
    return column === undefined ? [] : [comment === undefined ? column : { ...column, comment: shortened(comment) }];
  });
}

function shortened(comment: string): string {
  return [...comment].slice(0, COMMENT_LENGTH_MAX).join("");
}

function formOf({ format }: ExportOutput) {
  return format === "csv" ? ({ format, delimiter: ",", quoted: true, header: true } as const) : ({ format } as const);
}

function storage(output: ExportOutput): StorageDescriptor {
  return storageOf(formOf(output), output.format === "csv" ? output.compression : "none");
}

function parameters(output: ExportOutput) {
  return tableParameters(formOf(output), output.format === "csv" ? output.compression : "none");
}
