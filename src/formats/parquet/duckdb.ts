import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { Mutex } from "../../std/mutex.ts";

/**
 * The one DuckDB of the process. It is made with the first object, so that a server without Parquet pays nothing for it;
 * copies run one after another, because one keeps both threads busy and memory is bounded by what one needs.
 */
const THREADS = 2;

/** A copy of few columns in row groups of about 20,000 rows stays below half of it. */
const MEMORY_LIMIT_MIB = 768;

/** DuckDB reserves room for whole vectors of each column, of which it touches little when rows are few. */
const MEMORY_LIMIT_PER_COLUMN_KIB = 96;

const oneAtATime = new Mutex();
let instance: Promise<DuckDBInstance> | undefined;

/** Runs one statement over so many columns; resolves when it is done. */
export function runDuckdb(sql: string, columns: number): Promise<void> {
  return oneAtATime.run(async () => {
    instance ??= open();
    const connection: DuckDBConnection = await (await instance).connect();
    try {
      const limitMib = MEMORY_LIMIT_MIB + Math.ceil((columns * MEMORY_LIMIT_PER_COLUMN_KIB) / 1024);
      await connection.run(`SET memory_limit = '${limitMib}MiB'`);
      await connection.run(sql);
    } finally {
      connection.closeSync();
    }
  });
}

function open(): Promise<DuckDBInstance> {
  return DuckDBInstance.create(":memory:", {
    threads: String(THREADS),
    // Rows keep their order, and the same records give the same bytes.
    preserve_insertion_order: "true",
    // Nothing is written beside the scratch folder, nothing is fetched from anywhere.
    temp_directory: "",
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
}
