import { sqlPath, sqlText } from "../../formats/parquet/duckdb-type.ts";
import type { NamedFile } from "../../query/engine/duckdb-failure.ts";
import { QuerySession, type SessionOptions } from "../../query/engine/session.ts";
import { QueryError } from "../../query/query-error.ts";

/**
 * Parquet files as one file: read and written by a DuckDB that sees these files and nothing else. Columns keep their names,
 * order and types. Only files of the same schema are joined: over others readers would see other types than before.
 */
export interface ParquetGroup {
  readonly paths: readonly string[];
  readonly output: string;
  /** A query for the places, from 0 in each file, of rows that are left out. Only for a single file. */
  readonly exceptPlaces?: string;
}

export interface JoinedParquet extends ParquetGroup {
  readonly rowsIn: number;
  readonly rowsOut: number;
}

export interface ParquetGroups {
  /** Files that can be joined with one another. */
  readonly groups: readonly (readonly string[])[];
  /** Files that are left alone, with the reason. */
  readonly leftAlone: ReadonlyMap<string, string>;
}

/** Which files may become one, in the order in which they came. */
export async function groupParquet(session: QuerySession, paths: readonly string[]): Promise<ParquetGroups> {
  const leftAlone = new Map<string, string>();
  const groups = new Map<string, string[]>();
  for (const path of paths) {
    try {
      const { fingerprint, refusal } = await schemaOf(session, path);
      if (refusal !== undefined) leftAlone.set(path, refusal);
      else groups.set(fingerprint, [...(groups.get(fingerprint) ?? []), path]);
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      leftAlone.set(path, error.message);
    }
  }
  return { groups: [...groups.values()], leftAlone };
}

/** `session` may read the group's files and write its output. */
export async function joinParquet(session: QuerySession, group: ParquetGroup): Promise<JoinedParquet> {
  const { paths, output } = group;
  const { rows: rowsIn, rowBytes, codec } = await parquetContent(session, paths);
  const write = `FORMAT parquet, COMPRESSION ${codec}, ROW_GROUP_SIZE ${rowGroupRows(rowBytes)}, PARQUET_VERSION V1`;
  await session.run(`COPY (${rowsOf(group)}) TO ${sqlText(output)} (${write})`);
  const [before, after] = [await typesOf(session, paths), await typesOf(session, [output])];
  if (before !== after) {
    throw new QueryError(
      "data",
      `Parquet files of the types ${before} would become ${after}; they are left as they are`,
    );
  }
  const { rows: rowsOut } = await parquetContent(session, [output]);
  return { paths, output, rowsIn, rowsOut };
}

function rowsOf({ paths, exceptPlaces }: ParquetGroup): string {
  const source = `read_parquet([${paths.map(sqlPath).join(", ")}], hive_partitioning = false`;
  if (exceptPlaces === undefined) return `SELECT * FROM ${source})`;
  const rows = `SELECT * FROM ${source}, file_row_number = true)`;
  return `SELECT * EXCLUDE (file_row_number) FROM (${rows}) WHERE file_row_number NOT IN (${exceptPlaces})`;
}

export async function parquetRows(session: QuerySession, path: string): Promise<number> {
  return (await parquetContent(session, [path])).rows;
}

/** What `work` does in a session sees `inputs`, may write `outputs`, and nothing else. */
export async function withParquetSession<T>(
  options: SessionOptions,
  inputs: readonly (string | NamedFile)[],
  outputs: readonly string[],
  work: (session: QuerySession) => Promise<T>,
): Promise<T> {
  const session = await QuerySession.open(options);
  try {
    await session.shutOut([...inputs, ...outputs]);
    await session.lock([]);
    return await work(session);
  } finally {
    session.close();
  }
}

async function schemaOf(session: QuerySession, path: string) {
  const rows = await session.rows(
    `SELECT name, type, type_length, repetition_type = 'REPEATED', num_children, converted_type, scale, precision, logical_type FROM parquet_schema(${sqlPath(path)})`,
  );
  // The first row is the root, whose name is the writer's.
  const columns = rows.slice(1);
  const refusal = columns.some(([, type]) => type === "INT96")
    ? "it has timestamps of the type INT96, which would become another type"
    : undefined;
  return { fingerprint: JSON.stringify(columns.map((column) => column.map(String))), refusal };
}

export interface ParquetContent {
  readonly rows: number;
  /** Of a row, before compression. */
  readonly rowBytes: number;
  readonly codec: string;
}

export async function parquetContent(session: QuerySession, paths: readonly string[]): Promise<ParquetContent> {
  const files = `[${paths.map(sqlPath).join(", ")}]`;
  const [[rows] = []] = await session.rows(`SELECT sum(num_rows)::DOUBLE FROM parquet_file_metadata(${files})`);
  const [[bytes, codec] = []] = await session.rows(
    `SELECT sum(total_uncompressed_size)::DOUBLE, first(compression) FROM parquet_metadata(${files})`,
  );
  return {
    rows: Number(rows ?? 0),
    rowBytes: Number(bytes ?? 0) / Math.max(1, Number(rows ?? 0)),
    codec: CODECS[String(codec)] ?? "snappy",
  };
}

/** Codecs that files may have and that are written again; files of others become Snappy, which every reader knows. */
const CODECS: Readonly<Record<string, string>> = {
  UNCOMPRESSED: "uncompressed",
  SNAPPY: "snappy",
  GZIP: "gzip",
  ZSTD: "zstd",
};

/** DuckDB's own number of rows. */
const ROW_GROUP_ROWS_MAX = 122_880;
const ROW_GROUP_ROWS_MIN = 2048;

/** A row group of each thread is held in memory until it is written. */
const ROW_GROUP_BYTES = 64 * 1024 * 1024;

export function rowGroupRows(rowBytes: number): number {
  const rows = Math.floor(ROW_GROUP_BYTES / Math.max(1, rowBytes));
  return Math.min(ROW_GROUP_ROWS_MAX, Math.max(ROW_GROUP_ROWS_MIN, rows));
}

async function typesOf(session: QuerySession, paths: readonly string[]): Promise<string> {
  const source = `read_parquet([${paths.map(sqlPath).join(", ")}], hive_partitioning = false)`;
  const rows = await session.rows(`DESCRIBE SELECT * FROM ${source}`);
  return rows.map(([name, type]) => `${String(name)} ${String(type)}`).join(", ");
}
