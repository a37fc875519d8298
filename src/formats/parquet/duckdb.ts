import type { DuckDBInstance } from "@duckdb/node-api";
import { reasonOf } from "../../model/errors.ts";
import { Mutex } from "../../std/mutex.ts";

/**
 * The one DuckDB of the process. It is made with the first object, so that a server without Parquet pays nothing for it;
 * copies run one after another, because memory is bounded by what one needs.
 */
const oneAtATime = new Mutex();
let instance: DuckDBInstance | undefined;

/** A copy of few columns in row groups of about 20,000 rows stays below half of it. */
const MEMORY_LIMIT_MIB = 768;

/** DuckDB reserves room for whole vectors of each column, of which it touches little when rows are few. */
const MEMORY_LIMIT_PER_COLUMN_KIB = 96;

/**
 * Runs one statement; resolves when it is done. Fails with a `DuckdbFailure`. After a fault of DuckDB's own the next
 * statement gets a new one: this one would refuse everything from now on.
 */
export function runDuckdb(sql: string, { columns, threads }: StatementNeeds): Promise<void> {
  return oneAtATime.run(async () => {
    instance ??= await createInstance().catch(failed);
    const connection = await instance.connect().catch(failed);
    try {
      const limitMib = MEMORY_LIMIT_MIB + Math.ceil((columns * MEMORY_LIMIT_PER_COLUMN_KIB) / 1024);
      await connection.run(`SET memory_limit = '${limitMib}MiB'; SET threads = ${threads}`);
      await connection.run(sql);
    } catch (error) {
      failed(error);
    } finally {
      connection.closeSync();
    }
  });
}

export interface StatementNeeds {
  readonly columns: number;
  readonly threads: number;
}

/** Loaded with the first object: its library takes 50 MB of a server's memory. */
async function createInstance(): Promise<DuckDBInstance> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  return DuckDBInstance.create(":memory:", SETTINGS);
}

function failed(error: unknown): never {
  const failure = new DuckdbFailure(error);
  if (BROKEN.test(failure.message)) instance = undefined;
  throw failure;
}

/** A DuckDB that met a fault of its own answers nothing else any more. */
const BROKEN = /^(FATAL|INTERNAL) Error|database has been invalidated/;

const SETTINGS = {
  // Rows keep their order, and the same records give the same bytes.
  preserve_insertion_order: "true",
  // Nothing is written beside the scratch folder, nothing is fetched from anywhere.
  temp_directory: "",
  autoinstall_known_extensions: "false",
  autoload_known_extensions: "false",
};

/**
 * `memory`: it did not fit. `files`: the disk is full, or files cannot be opened, read or written. Anything else is laid
 * to the `data`: then the records are looked at once more, which helps if it is their fault and harms nobody if not.
 */
export type DuckdbFailureKind = "memory" | "files" | "data";

export class DuckdbFailure extends Error {
  override readonly name = "DuckdbFailure";
  readonly kind: DuckdbFailureKind;

  constructor(cause: unknown) {
    super(reasonOf(cause).split("\n", 1)[0] ?? "", { cause });
    this.kind = /^Out of Memory Error|bad_alloc/.test(this.message)
      ? "memory"
      : /^(IO|Permission) Error|INTERRUPT/.test(this.message)
        ? "files"
        : "data";
  }
}
