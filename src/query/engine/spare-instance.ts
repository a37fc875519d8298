import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import type { Clock } from "../../std/clock.ts";
import { MACRO_STATEMENTS } from "../dialect/functions.ts";

/** What one DuckDB may take. */
export interface InstanceLimits {
  readonly memoryMib: number;
  readonly threads: number;
  /** Where DuckDB puts what does not fit into memory. */
  readonly spillDirectory: string;
  readonly spillMib: number;
}

export interface FreshInstance {
  readonly instance: DuckDBInstance;
  readonly connection: DuckDBConnection;
}

/** Of each connection. */
export const CONNECTION_SETTINGS = ["SET TimeZone = 'UTC'", "SET integer_division = true"];

/** A DuckDB that nobody has used, without extensions from anywhere, and with the functions that the dialect adds. */
export async function createInstance(limits: InstanceLimits): Promise<FreshInstance> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:", settingsOf(limits));
  const connection = await instance.connect();
  try {
    await connection.run([...CONNECTION_SETTINGS, ...MACRO_STATEMENTS].join(";\n"));
    return { instance, connection };
  } catch (error) {
    closeInstance({ instance, connection });
    throw error;
  }
}

export function closeInstance({ instance, connection }: FreshInstance): void {
  connection.closeSync();
  instance.closeSync();
}

/**
 * Keeps one DuckDB ready for the next query, since making one takes some 20 ms, as long as queries come: an unused one is
 * closed after half a minute. Each is used for one query all the same.
 */
export class SpareInstance {
  readonly #make: () => Promise<FreshInstance>;
  readonly #clock: Clock;
  #spare: { readonly made: Promise<FreshInstance>; readonly taken: AbortController } | undefined;

  constructor(make: () => Promise<FreshInstance>, clock: Clock) {
    this.#make = make;
    this.#clock = clock;
  }

  async take(): Promise<FreshInstance> {
    const spare = this.#spare;
    this.#spare = undefined;
    spare?.taken.abort();
    if (spare === undefined) return this.#make();
    // What kept it from being made may be over by now: memory that another query has given back, for one.
    return spare.made.catch(() => this.#make());
  }

  /** Makes one for the next query, while this one runs. */
  prepare(): void {
    if (this.#spare !== undefined) return;
    const spare = { made: this.#make(), taken: new AbortController() };
    this.#spare = spare;
    // Whoever takes it makes one anew then.
    spare.made.catch(() => undefined);
    void this.#clock.sleep(UNUSED_MS, spare.taken.signal).then(
      () => this.close(),
      () => undefined,
    );
  }

  async close(): Promise<void> {
    const spare = this.#spare;
    this.#spare = undefined;
    spare?.taken.abort();
    const made = await spare?.made.catch(() => undefined);
    if (made !== undefined) closeInstance(made);
  }
}

const UNUSED_MS = 30_000;

function settingsOf({ memoryMib, threads, spillDirectory, spillMib }: InstanceLimits): Record<string, string> {
  return {
    memory_limit: `${memoryMib}MiB`,
    threads: String(threads),
    temp_directory: spillDirectory,
    max_temp_directory_size: `${spillMib}MiB`,
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    allow_community_extensions: "false",
    // It goes with its one query: bytes that it keeps for the next one are copied for nothing (4 % of a scan).
    enable_external_file_cache: "false",
  };
}
