import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { checkSchema } from "../../model/schema/check-schema.ts";
import { formatHiveType, parseHiveType } from "../../model/schema/hive-type.ts";
import type { Random } from "../../std/random.ts";
import { ExportError } from "./export-error.ts";
import type { ExportOptions, TableOptions } from "./export-options.ts";
import { cursorKey, type ExportPlan, type ExportState, type PlannedColumn, type PlannedTable } from "./export-state.ts";
import { catalogName, columnNames, dateOf, newRunName, tableFolder } from "./object-names.ts";
import { mapColumn, TEXT } from "./postgresql/column-mapping.ts";
import { describeTable, findTables, type SourceTable } from "./postgresql/describe-tables.ts";
import { cursorEnd, planChunks } from "./postgresql/plan-chunks.ts";
import type { RowSource } from "./postgresql/session.ts";

export interface PlanRequest {
  readonly options: ExportOptions;
  readonly cursors: ExportState["cursors"];
  readonly startedAt: number;
  /** The time at which the run was due, the same for all its attempts. */
  readonly occasion: number;
  readonly random: Random;
}

/** Freezes what a run will write, with all names, from one snapshot of the source. */
export async function makePlan(session: RowSource, { options, cursors, startedAt, occasion, random }: PlanRequest) {
  const run = newRunName(startedAt, random);
  const tables: PlannedTable[] = [];
  for (const wanted of await findTables(session, options)) {
    const special = optionsOf(options, wanted);
    const described = await describeTable(session, wanted);
    const table = plannedTable(described, special, options, { run, occasion });
    if (special?.cursor !== undefined) {
      table.cursor = await plannedCursor(session, described, special, special.cursor, cursors);
    }
    table.chunks = await planChunks(session, table, options.chunkRows);
    tables.push(table);
  }
  checkCatalogNames(tables);
  const { bucket, format, compression, database, partition, partitionKey, replaced } = options;
  const output = { bucket, format, compression, database, partition, partitionKey, replaced };
  const plan: ExportPlan = { occasion, run, startedAt, options: optionsDigest(options), output, tables };
  const characters = JSON.stringify(plan).length + chunkCount(tables) * SEALED_CHARACTERS;
  if (characters <= PLAN_CHARACTERS_MAX) return plan;
  const message = `A plan of ${tables.length} tables in ${chunkCount(tables)} chunks is more than a job can remember: raise chunkRows, or make several jobs of it`;
  throw new ExportError("invalid", message);
}

/** The state of a job has a limit, and cursors and what becomes of the chunks are in it too. */
const PLAN_CHARACTERS_MAX = 900_000;

/** JSON that a chunk has more when it is done. */
const SEALED_CHARACTERS = 85;

function chunkCount(tables: readonly PlannedTable[]): number {
  return tables.reduce((sum, { chunks }) => sum + chunks.length, 0);
}

/**
 * Whether a plan that was not carried out can still be: it was made of the same options, not too long ago, and its tables
 * have the columns and keys that they had. Otherwise says why not.
 */
export async function objectionTo(
  plan: ExportPlan,
  session: RowSource,
  { options, startedAt }: Pick<PlanRequest, "options" | "startedAt">,
): Promise<string | undefined> {
  if (!hasOptions(plan, { options })) return "the options are other ones";
  if (startedAt - plan.startedAt > options.resumeHoursMax * HOUR_MS) {
    return `it began more than ${options.resumeHoursMax} hours ago`;
  }
  for (const table of plan.tables) {
    const special = optionsOf(options, table);
    const described = await describeTable(session, table);
    const columns = plannedColumns(described, special);
    const same = isDeepStrictEqual(columns, table.columns) && isDeepStrictEqual(described.key, table.key);
    if (!same) return `table ${table.schema}.${table.name} has other columns or another primary key`;
  }
  return undefined;
}

export function hasOptions(plan: ExportPlan, { options }: Pick<PlanRequest, "options">): boolean {
  return plan.options === optionsDigest(options);
}

/** Whether a run would only do again what this plan has done: an earlier attempt of it made the plan. */
export function isPlanOf(plan: ExportPlan, request: Pick<PlanRequest, "options" | "occasion">): boolean {
  return hasOptions(plan, request) && plan.occasion === request.occasion;
}

const HOUR_MS = 3_600_000;

/** What may change between two attempts without changing what is exported is left out. */
function optionsDigest({ source, connections: _, resumeHoursMax: __, ...rest }: ExportOptions): string {
  const { host, port, database } = source;
  return createHash("sha256")
    .update(JSON.stringify({ ...rest, source: { host, port, database } }))
    .digest("hex");
}

function optionsOf({ tables }: ExportOptions, { schema, name }: { readonly schema: string; readonly name: string }) {
  return tables.find((one) => one.schema === schema && one.name === name);
}

function plannedTable(
  described: SourceTable,
  special: TableOptions | undefined,
  { prefix, partition, partitionKey }: ExportOptions,
  { run, occasion }: { readonly run: string; readonly occasion: number },
): PlannedTable {
  const { schema, name, key } = described;
  const columns = plannedColumns(described, special);
  const root = tableFolder(prefix, schema, name);
  const folder = `${root}${partition === "date" ? `${partitionKey}=${dateOf(occasion)}/` : ""}${RUN_KEY}=${run}/`;
  const keys = [...(partition === "date" ? [partitionKey] : []), ...(special?.cursor === undefined ? [] : [RUN_KEY])];
  const double = columns.find((column) => keys.includes(column.name.toLowerCase()));
  if (double !== undefined) {
    const message = `Table ${schema}.${name} has a column ${double.name}, which is the name of a partition key: choose another partitionKey, or name the columns to export without it`;
    throw new ExportError("invalid", message);
  }
  return {
    schema,
    name,
    catalogName: special?.tableName ?? catalogName(schema, name),
    root,
    folder,
    columns,
    key: [...key],
    ...(special?.where !== undefined && { where: special.where }),
    chunks: [],
  };
}

/** The partition key of runs, where each run adds rows, and the folder of each run. */
export const RUN_KEY = "run";

function plannedColumns({ schema, name, columns }: SourceTable, special: TableOptions | undefined): PlannedColumn[] {
  const byName = new Map(columns.map((column) => [column.name, column]));
  const find = (wanted: string, option: string) => {
    const column = byName.get(wanted);
    if (column !== undefined) return column;
    throw new ExportError("not-found", `Table ${schema}.${name} has no column ${wanted}, which stands under ${option}`);
  };
  const chosen = special?.columns?.map((one) => find(one, "columns")) ?? columns;
  const asText = new Set(special?.asText.map((one) => find(one, "asText").name));
  const names = columnNames(chosen.map((column) => column.name));
  const planned = chosen.map((column, index): PlannedColumn => {
    const { type, reading } = asText.has(column.name) ? TEXT : mapColumn(column.type);
    return {
      source: column.name,
      name: names[index] ?? column.name,
      type: formatHiveType(type),
      reading,
      ...(column.comment !== undefined && { comment: column.comment }),
    };
  });
  checkSchema({ columns: planned.map((column) => ({ name: column.name, type: parseHiveType(column.type) })) });
  return planned;
}

async function plannedCursor(
  session: RowSource,
  { schema, name, columns }: SourceTable,
  special: TableOptions,
  { column, lagSeconds }: NonNullable<TableOptions["cursor"]>,
  cursors: ExportState["cursors"],
): Promise<NonNullable<PlannedTable["cursor"]>> {
  const place = `${schema}.${name}`;
  const found = columns.find((one) => one.name === column);
  if (found === undefined) {
    throw new ExportError("not-found", `Table ${place} has no column ${column}, which stands under cursor`);
  }
  if (lagSeconds > 0 && !["date", "timestamp", "timestamptz"].includes(found.type.name)) {
    throw new ExportError(
      "invalid",
      `lagSeconds needs a cursor of dates or times, and ${column} of ${place} is ${found.typeText}`,
    );
  }
  const before = cursors[cursorKey({ schema, name })];
  if (before !== undefined && before.column !== column) {
    const message = `Table ${place} was exported by its column ${before.column} so far, and ${column} would bring rows twice: use another job, with another prefix and tableName`;
    throw new ExportError("invalid", message);
  }
  const { typeText } = found;
  const upTo = await cursorEnd(session, { schema, name, where: special.where }, { column, typeText, lagSeconds });
  const isNew = upTo !== undefined && upTo !== before?.upTo;
  return { column, typeText, ...(before !== undefined && { after: before.upTo }), ...(isNew && { upTo }) };
}

function checkCatalogNames(tables: readonly PlannedTable[]): void {
  const owners = new Map<string, string>();
  for (const { schema, name, catalogName: given } of tables) {
    const place = `${schema}.${name}`;
    const other = owners.get(given);
    if (other !== undefined) {
      const message = `Tables ${other} and ${place} would both be ${given} in the catalog: give one of them a tableName`;
      throw new ExportError("invalid", message);
    }
    owners.set(given, place);
  }
}
