import { duckdbType, sqlName, sqlText } from "../../formats/parquet/duckdb-type.ts";
import type { Column } from "../../model/schema/column-type.ts";
import { HIVE_DEFAULT_PARTITION } from "./prune.ts";
import { FILE_NUMBER, readColumn, readFiles } from "./read-files.ts";
import type { QuerySession } from "./session.ts";
import type { TableReader } from "./table-reader.ts";
import type { TableShape } from "./table-shape.ts";

/** A group of files that lie ready on this disk. */
export interface ReadyGroup {
  readonly reader: TableReader;
  readonly values: readonly string[];
  readonly paths: readonly string[];
}

/**
 * Makes a table of the catalog a view in the session, with the types that the table declares. Files that are read in the
 * same way are read at once, however many partitions they are of; which partition a row belongs to is told by the number
 * of its file. A join with their names would cost a scan as much again (measured).
 */
export async function defineTable(
  session: QuerySession,
  name: { readonly database: string; readonly table: string },
  shape: TableShape,
  groups: readonly ReadyGroup[],
): Promise<void> {
  const selects: string[] = [];
  for (const same of byReader(groups)) {
    selects.push(await selectOf(session, shape, same));
  }
  const body = selects.length === 0 ? emptySelect(shape) : selects.join(" UNION ALL ");
  await session.run(`CREATE SCHEMA IF NOT EXISTS ${sqlName(name.database)}`);
  await session.run(`CREATE VIEW ${sqlName(name.database)}.${sqlName(name.table)} AS ${body}`);
}

function byReader(groups: readonly ReadyGroup[]): readonly (readonly ReadyGroup[])[] {
  const found = new Map<string, ReadyGroup[]>();
  for (const group of groups) {
    if (group.paths.length === 0) continue;
    const key = JSON.stringify(group.reader);
    found.set(key, [...(found.get(key) ?? []), group]);
  }
  return [...found.values()];
}

function emptySelect({ columns, partitionKeys }: TableShape): string {
  const nulls = [...columns, ...partitionKeys].map(
    ({ name, type }) => `CAST(NULL AS ${duckdbType(type)}) AS ${sqlName(name)}`,
  );
  return `SELECT ${nulls.join(", ")} WHERE false`;
}

async function selectOf(
  session: QuerySession,
  { columns, partitionKeys }: TableShape,
  groups: readonly ReadyGroup[],
): Promise<string> {
  const [first] = groups;
  if (first === undefined) throw new TypeError("A group of files has a reader");
  const source = readFiles(
    first.reader,
    groups.flatMap(({ paths }) => paths),
    columns,
  );
  const known = first.reader.format === "parquet" ? await columnsIn(session, source) : new Map<string, string>();
  if (isAmbiguous(columns, known) && hasDifferentValues(groups)) {
    const each = groups.map((group) => selectOf(session, { columns, partitionKeys }, [group]));
    return (await Promise.all(each)).join(" UNION ALL ");
  }
  const values = columns.map(
    (column, at) => `${readColumn(first.reader, column, known, at)} AS ${sqlName(column.name)}`,
  );
  if (partitionKeys.length === 0) return `SELECT ${values.join(", ")} FROM ${source}`;
  const keys = partitionKeys.map((key, index) => `${partitionOfFile(key, index, groups)} AS ${sqlName(key.name)}`);
  return `SELECT ${[...values, ...keys].join(", ")} FROM ${source}`;
}

/** A column of this name would be taken for the number of the file. */
function isAmbiguous(columns: readonly Column[], known: ReadonlyMap<string, string>): boolean {
  return known.has(FILE_NUMBER) || columns.some(({ name }) => name === FILE_NUMBER);
}

function hasDifferentValues(groups: readonly ReadyGroup[]): boolean {
  return new Set(groups.map(({ values }) => JSON.stringify(values))).size > 1;
}

/** A constant where all files are of one partition, else the value that belongs to the number of the file. */
function partitionOfFile({ type }: Column, index: number, groups: readonly ReadyGroup[]): string {
  const target = duckdbType(type);
  const different = new Set(groups.map(({ values }) => values[index]));
  if (different.size === 1) return partitionValue([...different][0], target);
  const each = groups.flatMap(({ paths, values }) => paths.map(() => partitionValue(values[index], "VARCHAR")));
  // Elements of lists are counted from 1, by signed numbers.
  return `CAST([${each.join(", ")}] AS ${target}[])[CAST(${FILE_NUMBER} AS BIGINT) + 1]`;
}

/** Names of the columns that the files have, by their lower-case forms. */
async function columnsIn(session: QuerySession, source: string): Promise<ReadonlyMap<string, string>> {
  const rows = await session.rows(`DESCRIBE SELECT * FROM ${source}`);
  return new Map(rows.map(([name]) => [String(name).toLowerCase(), String(name)]));
}

function partitionValue(value: string | undefined, type: string): string {
  return value === undefined || value === HIVE_DEFAULT_PARTITION ? "NULL" : `CAST(${sqlText(value)} AS ${type})`;
}
