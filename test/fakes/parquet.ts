import { DuckDBInstance } from "@duckdb/node-api";
import { parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";

/** Rows of a Parquet file as a reader sees them that has nothing to do with the writer. */
export function readParquet(object: Buffer): Promise<Record<string, unknown>[]> {
  const bytes = new Uint8Array(object);
  const file = {
    byteLength: bytes.length,
    slice: async (start: number, end?: number) => bytes.slice(start, end).buffer,
  };
  return parquetReadObjects({ file, compressors });
}

/** Rows of a Parquet file as DuckDB shows them in JSON: big numbers, decimals and times as text, bytes as `\xNN`. */
export function showParquet(path: string): Promise<Record<string, unknown>[]> {
  return queryDuckdb(`SELECT * FROM read_parquet('${path}')`);
}

/** Rows of a statement, in the same form. */
export async function queryDuckdb(sql: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  try {
    const result = await connection.runAndReadAll(sql);
    return result.getRowObjectsJson() as Record<string, unknown>[];
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
