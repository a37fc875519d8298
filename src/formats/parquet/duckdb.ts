import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { Mutex } from "../../std/mutex.ts";

/**
 * The one DuckDB of the process. It is made with the first object, so that a server without Parquet pays nothing for it;
 * copies run one after another, because one keeps both threads busy and memory is bounded by what one needs.
 */
const THREADS = 2;

/** A copy in row groups of about 20,000 rows stays below half of it (measured: docs/decisions, DuckDB for Parquet). */
const MEMORY_LIMIT = "768MiB";

const oneAtATime = new Mutex();
let instance: Promise<DuckDBInstance> | undefined;

/** Runs one statement; resolves when it is done. */
export function runDuckdb(sql: string): Promise<void> {
  return oneAtATime.run(async () => {
    instance ??= open();
    const connection: DuckDBConnection = await (await instance).connect();
    try {
      await connection.run(sql);
    } finally {
      connection.closeSync();
    }
  });
}

function open(): Promise<DuckDBInstance> {
  return DuckDBInstance.create(":memory:", {
    threads: String(THREADS),
    memory_limit: MEMORY_LIMIT,
    // Rows keep their order, and the same records give the same bytes.
    preserve_insertion_order: "true",
    // Nothing is written beside the scratch folder, nothing is fetched from anywhere.
    temp_directory: "",
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
}
