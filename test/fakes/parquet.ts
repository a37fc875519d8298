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
