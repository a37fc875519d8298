import { duckdbType, sqlName, sqlText } from "../../formats/parquet/duckdb-type.ts";
import type { Column } from "../../model/schema/column-type.ts";
import { FILE_COLUMNS } from "../dialect/file-columns.ts";
import type { NamedFile } from "./duckdb-failure.ts";
import { HIVE_DEFAULT_PARTITION } from "./prune.ts";
import { FILE_NUMBER, readColumn, readFiles } from "./read-files.ts";
import type { QuerySession } from "./session.ts";
import type { TableReader } from "./table-reader.ts";
import type { TableShape } from "./table-shape.ts";

/** A group of files that lie ready on this disk. */
export interface ReadyGroup {
  readonly reader: TableReader;
  readonly values: readonly string[];
  readonly files: readonly TableFile[];
}

export interface TableFile extends NamedFile {
  readonly bytes: number;
  readonly modifiedAt: number;
}

/** A column whose values are not in the files, but known of each of them. */
interface ColumnOfFiles {
  readonly name: string;
  /** DuckDB's. */
  readonly type: string;
  readonly textOf: (group: ReadyGroup, file: TableFile) => string | undefined;
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
  fileColumns: boolean,
): Promise<void> {
  const selects: string[] = [];
  const ofFiles = [...shape.partitionKeys.map(partitionColumn), ...(fileColumns ? OF_FILES : [])];
  for (const same of byReader(groups)) {
    selects.push(await selectOf(session, shape.columns, ofFiles, same));
  }
  const body = selects.length === 0 ? emptySelect(shape.columns, ofFiles) : selects.join(" UNION ALL ");
  await session.run(`CREATE SCHEMA IF NOT EXISTS ${sqlName(name.database)}`);
  await session.run(`CREATE VIEW ${sqlName(name.database)}.${sqlName(name.table)} AS ${body}`);
}

function byReader(groups: readonly ReadyGroup[]): readonly (readonly ReadyGroup[])[] {
  const found = new Map<string, ReadyGroup[]>();
  for (const group of groups) {
    if (group.files.length === 0) continue;
    const key = JSON.stringify(group.reader);
    found.set(key, [...(found.get(key) ?? []), group]);
  }
  return [...found.values()];
}

function emptySelect(columns: readonly Column[], ofFiles: readonly ColumnOfFiles[]): string {
  const all = [...columns.map(({ name, type }) => ({ name, type: duckdbType(type) })), ...ofFiles];
  return `SELECT ${all.map(({ name, type }) => `CAST(NULL AS ${type}) AS ${sqlName(name)}`).join(", ")} WHERE false`;
}

async function selectOf(
  session: QuerySession,
  columns: readonly Column[],
  ofFiles: readonly ColumnOfFiles[],
  groups: readonly ReadyGroup[],
): Promise<string> {
  const [first] = groups;
  if (first === undefined) throw new TypeError("A group of files has a reader");
  const source = readFiles(
    first.reader,
    groups.flatMap(({ files }) => files.map(({ path }) => path)),
    columns,
  );
  const known = first.reader.format === "parquet" ? await columnsIn(session, source) : new Map<string, string>();
  if (isAmbiguous(columns, known) && ofFiles.some((column) => textsOf(column, groups).size > 1)) {
    const single = groups.flatMap((group) => group.files.map((file) => ({ ...group, files: [file] })));
    const each = single.map((group) => selectOf(session, columns, ofFiles, [group]));
    return (await Promise.all(each)).join(" UNION ALL ");
  }
  const values = columns.map(
    (column, at) => `${readColumn(first.reader, column, known, at)} AS ${sqlName(column.name)}`,
  );
  const added = ofFiles.map((column) => `${valueOfFile(column, groups)} AS ${sqlName(column.name)}`);
  return `SELECT ${[...values, ...added].join(", ")} FROM ${source}`;
}

/** A column of this name would be taken for the number of the file. */
function isAmbiguous(columns: readonly Column[], known: ReadonlyMap<string, string>): boolean {
  return known.has(FILE_NUMBER) || columns.some(({ name }) => name === FILE_NUMBER);
}

function textsOf({ textOf }: ColumnOfFiles, groups: readonly ReadyGroup[]): ReadonlySet<string | undefined> {
  return new Set(groups.flatMap((group) => group.files.map((file) => textOf(group, file))));
}

/** A constant where it is the same for all files, else the value that belongs to the number of the file. */
function valueOfFile(column: ColumnOfFiles, groups: readonly ReadyGroup[]): string {
  const { type, textOf } = column;
  const different = textsOf(column, groups);
  if (different.size === 1) return literal([...different][0], type);
  const each = groups.flatMap((group) => group.files.map((file) => literal(textOf(group, file), "VARCHAR")));
  // Elements of lists are counted from 1, by signed numbers.
  return `CAST([${each.join(", ")}] AS ${type}[])[CAST(${FILE_NUMBER} AS BIGINT) + 1]`;
}

function partitionColumn({ name, type }: Column, index: number): ColumnOfFiles {
  const textOf = ({ values }: ReadyGroup) => (values[index] === HIVE_DEFAULT_PARTITION ? undefined : values[index]);
  return { name, type: duckdbType(type), textOf };
}

const [PATH, SIZE, MODIFIED] = FILE_COLUMNS;

const OF_FILES: readonly ColumnOfFiles[] = [
  { name: PATH, type: "VARCHAR", textOf: (_, { name }) => name },
  { name: SIZE, type: "BIGINT", textOf: (_, { bytes }) => String(bytes) },
  {
    name: MODIFIED,
    type: "TIMESTAMP WITH TIME ZONE",
    textOf: (_, { modifiedAt }) => new Date(modifiedAt).toISOString(),
  },
];

/** Names of the columns that the files have, by their lower-case forms. */
async function columnsIn(session: QuerySession, source: string): Promise<ReadonlyMap<string, string>> {
  const rows = await session.rows(`DESCRIBE SELECT * FROM ${source}`);
  return new Map(rows.map(([name]) => [String(name).toLowerCase(), String(name)]));
}

function literal(text: string | undefined, type: string): string {
  return text === undefined ? "NULL" : `CAST(${sqlText(text)} AS ${type})`;
}
