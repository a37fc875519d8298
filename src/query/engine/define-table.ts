import { duckdbType, sqlName, sqlText } from "../../formats/parquet/duckdb-type.ts";
import type { Column } from "../../model/schema/column-type.ts";
import { HIVE_DEFAULT_PARTITION } from "./prune.ts";
import { FILE_COLUMN, readColumn, readFiles } from "./read-files.ts";
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
 * same way are read at once, however many partitions they are of; which partition a row belongs to is looked up by the
 * name of its file.
 */
export async function defineTable(
  session: QuerySession,
  name: { readonly database: string; readonly table: string },
  shape: TableShape,
  groups: readonly ReadyGroup[],
): Promise<void> {
  const selects: string[] = [];
  for (const [index, same] of byReader(groups).entries()) {
    selects.push(await selectOf(session, `${name.database}.${name.table}.${index}`, shape, same));
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
  uniqueName: string,
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
  const values = columns.map(
    (column, at) => `${readColumn(first.reader, column, known, at)} AS ${sqlName(column.name)}`,
  );
  if (partitionKeys.length === 0) return `SELECT ${values.join(", ")} FROM ${source}`;
  const lookup = `main.${sqlName(`lakehose partitions of ${uniqueName}`)}`;
  await createLookup(session, lookup, partitionKeys, groups);
  const keys = partitionKeys.map(({ name }, index) => `${valueColumn(index)} AS ${sqlName(name)}`);
  return `SELECT ${[...values, ...keys].join(", ")} FROM ${source} JOIN ${lookup} ON ${sqlName(FILE_COLUMN)} = ${PATH_COLUMN}`;
}

/** Columns of the lookup, under names that no table has: those of the files stand beside them. */
const PATH_COLUMN = sqlName("lakehose path");

function valueColumn(index: number): string {
  return sqlName(`lakehose value ${index}`);
}

/** Names of the columns that the files have, by their lower-case forms. */
async function columnsIn(session: QuerySession, source: string): Promise<ReadonlyMap<string, string>> {
  const rows = await session.rows(`DESCRIBE SELECT * FROM ${source}`);
  return new Map(rows.map(([name]) => [String(name).toLowerCase(), String(name)]));
}

/** Rows of one INSERT: a statement stays below a megabyte. */
const INSERTED_ROWS = 1000;

async function createLookup(
  session: QuerySession,
  table: string,
  partitionKeys: readonly Column[],
  groups: readonly ReadyGroup[],
): Promise<void> {
  const columns = partitionKeys.map(({ type }, index) => `${valueColumn(index)} ${duckdbType(type)}`);
  await session.run(`CREATE TABLE ${table} (${PATH_COLUMN} VARCHAR, ${columns.join(", ")})`);
  const rows = groups.flatMap(({ paths, values }) => {
    const cells = partitionKeys.map(({ type }, index) => partitionValue(values[index], duckdbType(type)));
    return paths.map((path) => `(${[sqlText(path), ...cells].join(", ")})`);
  });
  for (let at = 0; at < rows.length; at += INSERTED_ROWS) {
    await session.run(`INSERT INTO ${table} VALUES ${rows.slice(at, at + INSERTED_ROWS).join(", ")}`);
  }
}

function partitionValue(value: string | undefined, type: string): string {
  return value === undefined || value === HIVE_DEFAULT_PARTITION ? "NULL" : `CAST(${sqlText(value)} AS ${type})`;
}
