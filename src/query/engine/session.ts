import type { DuckDBAppender, DuckDBConnection, DuckDBInstance, DuckDBResult, DuckDBType } from "@duckdb/node-api";
import { sqlName, sqlText } from "../../formats/parquet/duckdb-type.ts";
import type { Clock } from "../../std/clock.ts";
import { QueryError } from "../query-error.ts";
import { duckdbFailure, type NamedFile, withoutPaths } from "./duckdb-failure.ts";
import { planText } from "./plan-text.ts";
import {
  CONNECTION_SETTINGS,
  createInstance,
  type FreshInstance,
  type InstanceLimits,
  type SpareInstance,
} from "./spare-instance.ts";

export interface SessionOptions extends InstanceLimits {
  readonly clock: Clock;
  /** Has one ready with the same limits, perhaps. */
  readonly spare?: SpareInstance | undefined;
  /** Ends what is under way; the reason becomes the failure. */
  readonly signal: AbortSignal;
}

export interface SessionColumn {
  readonly name: string;
  readonly type: DuckDBType;
  /** False for a bare NULL, whose type is made up. */
  readonly hasType: boolean;
}

/**
 * One DuckDB for one query, which goes with it: nothing that a query leaves behind can be seen by the next, and its memory
 * is given back at once.
 *
 * The order is the point. `open` makes it, without extensions from anywhere; `serialize` only parses; `shutOut` names the
 * files that may be read and shuts out all others; `lock` does the same for settings. Text of a user's runs after that, in
 * a connection that looks for names without a database in one database: one connection for each that `lock` was given.
 */
export class QuerySession {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  /** Those for texts of users, by the database in which they look for names. */
  readonly #searching = new Map<string, DuckDBConnection>();
  readonly #signal: AbortSignal;
  readonly #closing = new AbortController();
  #readable: readonly NamedFile[] = [];
  /** Of its own. */
  readonly #folders: string[];

  static async open(options: SessionOptions): Promise<QuerySession> {
    const fresh = await (options.spare === undefined ? createInstance(options) : options.spare.take());
    return new QuerySession(fresh, options);
  }

  private constructor({ instance, connection }: FreshInstance, options: SessionOptions) {
    const { signal, clock, spillDirectory } = options;
    this.#folders = [spillDirectory];
    this.#instance = instance;
    this.#connection = connection;
    this.#signal = signal;
    if (signal.aborted) this.#interrupt(clock);
    else signal.addEventListener("abort", () => this.#interrupt(clock), { once: true, signal: this.#closing.signal });
  }

  /** The syntax tree of a query as JSON text. DuckDB does so for SELECT and for nothing else. */
  async serialize(sql: string): Promise<string> {
    const rows = await this.rows(`SELECT json_serialize_sql(${sqlText(sql)})`);
    return String(rows[0]?.[0]);
  }

  /** From here on exactly these files can be read, and nothing can be written beside the spill and the output. */
  async shutOut(files: readonly (string | NamedFile)[], output?: string): Promise<void> {
    const paths = files.map((file) => (typeof file === "string" ? file : file.path));
    this.#readable = files.filter((file) => typeof file !== "string");
    if (output !== undefined) this.#folders.push(output);
    await this.run(`SET allowed_paths = [${paths.map(sqlText).join(", ")}]`);
    if (output !== undefined) await this.run(`SET allowed_directories = [${sqlText(`${output}/`)}]`);
    await this.run("SET enable_external_access = false");
  }

  /** From here on no setting changes any more. */
  async lock(databases: Iterable<string>): Promise<void> {
    for (const database of databases) {
      await this.run(`CREATE SCHEMA IF NOT EXISTS ${sqlName(database)}`);
      const connection = await this.guard(() => this.#instance.connect());
      this.#searching.set(database, connection);
      const search = `SET search_path = ${sqlText(`${sqlName(database)},main`)}`;
      for (const setting of [...CONNECTION_SETTINGS, search]) await this.guard(() => connection.run(setting));
    }
    await this.run("SET lock_configuration = true");
  }

  /** A statement of our own, such as the view that a table becomes. */
  async run(sql: string): Promise<void> {
    await this.guard(() => this.#connection.run(sql));
  }

  /** All rows of a small answer to a statement of our own. */
  rows(sql: string): Promise<readonly (readonly unknown[])[]> {
    return this.guard(async () => (await this.#connection.runAndReadAll(sql)).getRows());
  }

  /** Takes rows for a table of our own. */
  appender(schema: string, table: string): Promise<DuckDBAppender> {
    return this.guard(() => this.#connection.createAppender(table, schema));
  }

  /** A statement with a text of the user's in it, whose names are looked for in the database. Resolves to its rows. */
  async runIn(database: string, sql: string): Promise<number> {
    return (await this.guard(() => this.#searchingIn(database).run(sql))).rowsChanged;
  }

  /** The same, with rows that are made as they are fetched. */
  streamIn(database: string, sql: string): Promise<DuckDBResult> {
    return this.guard(() => this.#searchingIn(database).stream(sql));
  }

  /** The columns of a query, which does not run. */
  columnsIn(database: string, sql: string): Promise<readonly SessionColumn[]> {
    return this.guard(async () => {
      const connection = this.#searchingIn(database);
      const statement = await connection.prepare(sql);
      const columns = Array.from({ length: statement.columnCount }, (_, index) => {
        return { name: statement.columnName(index), type: statement.columnType(index) };
      });
      statement.destroySync();
      const types = (await connection.runAndReadAll(typesOf(sql, columns.length))).getRows()[0];
      return columns.map((column, index) => ({ ...column, hasType: types?.[index] !== UNTYPED }));
    });
  }

  /** How DuckDB would run a query, or has run it, as text. Names of files are those of their objects. */
  explainIn(database: string, sql: string, analyze: boolean): Promise<string> {
    return this.guard(async () => {
      const options = analyze ? "ANALYZE, FORMAT json" : "FORMAT json";
      const answer = await this.#searchingIn(database).runAndReadAll(`EXPLAIN (${options}) ${sql}`);
      return withoutPaths(planText(String(answer.getRows()[0]?.[1])), this.#places);
    });
  }

  #searchingIn(database: string): DuckDBConnection {
    const connection = this.#searching.get(database);
    if (connection !== undefined) return connection;
    throw new TypeError("A session runs a user's text only after it has been locked, where it was told");
  }

  /** Failures of DuckDB's become ours here, also those that come while rows are fetched. */
  async guard<T>(work: () => Promise<T>): Promise<T> {
    this.#signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      throw this.#failure(error);
    }
  }

  /** What a failure of DuckDB's is to the caller. */
  #failure(error: unknown): unknown {
    if (this.#signal.aborted) return this.#signal.reason;
    if (error instanceof QueryError) return error;
    return duckdbFailure(error, this.#places);
  }

  get #places() {
    return { files: this.#readable, folders: this.#folders };
  }

  close(): void {
    this.#closing.abort();
    for (const connection of this.#connections()) connection.closeSync();
    this.#instance.closeSync();
  }

  #connections(): readonly DuckDBConnection[] {
    return [this.#connection, ...this.#searching.values()];
  }

  /** Again and again, since one that comes between two steps of a query is lost. */
  async #interrupt(clock: Clock): Promise<void> {
    while (!this.#closing.signal.aborted) {
      for (const connection of this.#connections()) connection.interrupt();
      await clock.sleep(INTERRUPT_PAUSE_MS, this.#closing.signal).catch(() => undefined);
    }
  }
}

const INTERRUPT_PAUSE_MS = 50;

const UNTYPED = '"NULL"';

/** One row with the types of a query's columns before DuckDB gives one to those that have none. */
function typesOf(sql: string, count: number): string {
  const names = Array.from({ length: count }, (_, index) => `c${index}`);
  const types = names.map((name) => `typeof(${name})`);
  return `SELECT ${types.join(", ")} FROM (SELECT 1) LEFT JOIN (SELECT * FROM (${sql}) LIMIT 0) AS q(${names.join(", ")}) ON true`;
}
