import { sqlPath } from "../../formats/parquet/duckdb-type.ts";
import { LakehoseError, reasonOf } from "../../model/errors.ts";
import type { ArchiveFile } from "./archive-file.ts";

/** A few vectors of each column, and what one row group needs unpacked. */
const MEMORY_MIB = 512;

/**
 * Rows of a Parquet file as one JSON object a line, in the order of the file. Texts of times and decimals are DuckDB's:
 * `2018-03-01 00:30:00`, with `+00` where the column has an instant; bytes that are no text are escaped (`\x00`).
 */
export async function* parquetRecords(file: ArchiveFile): AsyncGenerator<Buffer[]> {
  // Loaded on demand: the library is larger than all the rest.
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const onDisk = await file.onDisk();
  const instance = await DuckDBInstance.create(":memory:", SETTINGS);
  const connection = await instance.connect();
  try {
    const rows = await connection.stream(
      `SELECT to_json(${ROW})::VARCHAR FROM read_parquet(${sqlPath(onDisk.path)}, hive_partitioning = false) AS ${ROW}`,
    );
    for (let chunk = await rows.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await rows.fetchChunk()) {
      yield chunk.getColumnValues(0).map((row) => Buffer.from(`${row}\n`));
    }
  } catch (error) {
    throw new LakehoseError("damaged-object", reasonOf(error).split("\n", 1)[0] ?? "", { cause: error });
  } finally {
    connection.closeSync();
    instance.closeSync();
    await onDisk.release();
  }
}

const SETTINGS = {
  // One thread keeps the order of the file.
  threads: "1",
  memory_limit: `${MEMORY_MIB}MiB`,
  // Nothing is written, nothing is fetched from anywhere.
  temp_directory: "",
  autoinstall_known_extensions: "false",
  autoload_known_extensions: "false",
};

/** A name that no column has: a column of the same name would be meant instead of the row. */
const ROW = '"lakehose row"';
