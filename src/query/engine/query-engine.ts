import { join } from "node:path";
import type { Catalog } from "../../catalog/catalog.ts";
import { CatalogError } from "../../catalog/catalog-error.ts";
import type { Partitions } from "../../catalog/partition.ts";
import type { TableColumn } from "../../catalog/table.ts";
import type { TableChanges } from "../../catalog/table-changes/table-changes.ts";
import type { Clock } from "../../std/clock.ts";
import type { Disk } from "../../std/disk.ts";
import type { JsonValue } from "../../std/json.ts";
import type { Random } from "../../std/random.ts";
import { type ObjectStore, ObjectStoreError } from "../../storage/object-store.ts";
import type { Telemetry } from "../../telemetry/telemetry.ts";
import type { Statement, TranslatedQuery } from "../dialect/statement.ts";
import type { FreshRows } from "../fresh-rows.ts";
import type { PreparedStatements } from "../prepared/prepared-statements.ts";
import { resolveStatement } from "../prepared/resolve-statement.ts";
import { PRIMARY } from "../primary-work-group.ts";
import { QueryError, unsupported } from "../query-error.ts";
import type { QueryLimits } from "../query-limits.ts";
import { NOTHING_READ, type QueryStatistics } from "../query-statistics.ts";
import { createTableAs } from "../writing/create-table-as.ts";
import { insertInto } from "../writing/insert-into.ts";
import { unload } from "../writing/unload.ts";
import type { WriteOptions } from "../writing/write-rows.ts";
import { type CatalogStatement, runCatalogStatement } from "./catalog-statements.ts";
import { cellValue, hiveType, trinoType } from "./cell-value.ts";
import { FileCache } from "./file-cache.ts";
import { type OpenTablesOptions, spillFolder, withTables } from "./open-tables.ts";
import { QuerySlots } from "./query-slots.ts";
import { createInstance, SpareInstance } from "./spare-instance.ts";
import { StatementWatch } from "./statement-watch.ts";

export type { QueryStatistics } from "../query-statistics.ts";

export interface QueryEngineOptions {
  readonly catalog: Catalog;
  readonly partitions: Partitions;
  readonly changes: TableChanges;
  /** Absent where nothing is on its way. */
  readonly freshRows?: FreshRows;
  readonly storeFor: (bucket: string) => ObjectStore;
  /** The file that an object of the local lake is; `undefined` for all others. */
  readonly localPath: (bucket: string, key: string) => string | undefined;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
  /** For unpacked files, files on their way into tables and what does not fit into memory; emptied at the start. */
  readonly directory: string;
  /** Where CREATE TABLE AS puts tables of databases that have no location: `s3://bucket/prefix/`. */
  readonly tablesLocation: string;
  readonly limits: QueryLimits;
  /** Absent where none are kept. */
  readonly prepared?: PreparedStatements;
}

export interface QueryRequest {
  readonly sql: string;
  /** Where names without a database are looked for. */
  readonly database: string;
  /** Rows that are acknowledged and have not landed count, too. */
  readonly fresh?: boolean;
  /** Whose prepared statements count; `primary` unless told otherwise. */
  readonly workGroup?: string;
  /** Where it may read less than the engine's own limit says. */
  readonly scannedBytesMax?: number;
  /** Ends it, also while it waits. */
  readonly signal: AbortSignal;
}

/** Takes what a statement answers, as it comes: the columns once, then rows by the batch. Waits are waited for. */
export interface ResultSink {
  /** The statement has its turn and begins. */
  onStarted?(): void;
  columns(columns: readonly ResultColumn[]): Promise<void> | void;
  rows(rows: readonly ResultRow[]): Promise<void> | void;
}

export interface ResultColumn {
  readonly name: string;
  /** In Trino's words: `bigint`, `array(varchar)`, `timestamp`. */
  readonly type: string;
}

export type ResultRow = readonly JsonValue[];

/**
 * Runs one statement for a caller. What is about the catalog is done there. A query goes this way: parse and translate →
 * gate (tables, functions) → partitions that may hold rows → their files, as files on this disk → a DuckDB that sees these
 * files and nothing else → rows, as they are fetched. Each step has its limit, and each ends when the signal says so.
 */
export class QueryEngine {
  readonly #options: QueryEngineOptions;
  readonly #slots: QuerySlots;
  readonly #spare: SpareInstance;
  readonly #tables: OpenTablesOptions;

  static async open(options: QueryEngineOptions): Promise<QueryEngine> {
    const { disk, directory, localPath, limits } = options;
    const cacheOptions = { disk, directory: join(directory, "cache"), bytesMax: limits.cacheBytes, localPath };
    const cache = await FileCache.open(cacheOptions);
    for (const folder of ["spill", "output"]) {
      await disk.removeDirectory(join(directory, folder));
      await disk.makeDirectory(join(directory, folder));
    }
    return new QueryEngine(options, cache);
  }

  private constructor(options: QueryEngineOptions, cache: FileCache) {
    this.#options = options;
    const limits = { ...options.limits, spillDirectory: spillFolder(options.directory) };
    this.#spare = new SpareInstance(() => createInstance(limits), options.clock);
    this.#tables = { ...options, cache, spare: this.#spare };
    this.#slots = new QuerySlots(options.limits);
  }

  /** Whether a statement would be refused now, because too many wait already. */
  get full(): boolean {
    return this.#slots.full;
  }

  /** When nothing runs any more. */
  close(): Promise<void> {
    return this.#spare.close();
  }

  /** Resolves when the last row has been taken. Failures are `QueryError`s, or the signal's reason. */
  async run(request: QueryRequest, sink: ResultSink): Promise<QueryStatistics> {
    const watch = new StatementWatch(this.#options, request.database);
    try {
      const { workGroup = PRIMARY } = request;
      const { statement } = resolveStatement(request.sql, [], this.#options.prepared, workGroup);
      watch.read(statement.kind);
      const statistics = await this.#slots.run(request.signal, () =>
        this.#within(request.signal, (signal) => {
          watch.started();
          sink.onStarted?.();
          return this.#runStatement(statement, { ...request, signal }, sink);
        }),
      );
      watch.succeeded(statistics);
      return statistics;
    } catch (error) {
      watch.failed(error);
      throw error;
    }
  }

  /** Lets the work run for as long as a query may. */
  async #within<T>(outer: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { clock, limits } = this.#options;
    const done = new AbortController();
    const late = new AbortController();
    void clock.sleep(limits.durationMs, done.signal).then(
      () => late.abort(tooLong(limits.durationMs)),
      () => undefined,
    );
    try {
      return await work(AbortSignal.any([outer, late.signal]));
    } catch (error) {
      throw queryError(error);
    } finally {
      done.abort();
    }
  }

  async #runStatement(statement: Statement, request: QueryRequest, sink: ResultSink): Promise<QueryStatistics> {
    switch (statement.kind) {
      case "query":
        return this.#query(statement.query, request, sink);
      case "explain":
        return this.#explain(statement, request, sink);
      case "create-table-as":
      case "insert":
      case "unload":
        return this.#write(statement, request, sink);
      case "prepare":
      case "deallocate":
        return this.#prepare(statement, request, sink);
      case "execute":
        throw unsupported("EXECUTE of a statement that is EXECUTE itself");
      default:
        return this.#runInCatalog(statement, request, sink);
    }
  }

  async #runInCatalog(statement: CatalogStatement, request: QueryRequest, sink: ResultSink): Promise<QueryStatistics> {
    const { database, signal } = request;
    const answer = await runCatalogStatement(statement, {
      ...this.#options,
      database,
      signal,
      describeQuery: (query) => this.#describe(query, request),
    });
    await sink.columns(answer.columns.map((name) => ({ name, type: "varchar" })));
    if (answer.rows.length > 0) await sink.rows(answer.rows);
    return { ...NOTHING_READ, rows: answer.rows.length };
  }

  async #write(statement: WritingStatement, request: QueryRequest, sink: ResultSink): Promise<QueryStatistics> {
    const options = { ...this.#options, ...this.#tablesFor(request), ...request };
    const written = await writeRows(statement, options);
    await sink.columns([]);
    return written;
  }

  async #prepare(
    statement: Extract<Statement, { readonly kind: "prepare" | "deallocate" }>,
    { workGroup = PRIMARY }: QueryRequest,
    sink: ResultSink,
  ): Promise<QueryStatistics> {
    const { prepared } = this.#options;
    if (prepared === undefined) throw unsupported("PREPARE");
    if (statement.kind === "deallocate") await prepared.delete(workGroup, statement.name);
    else await prepared.create({ workGroup, name: statement.name, sql: statement.sql });
    await sink.columns([]);
    return NOTHING_READ;
  }

  #tablesFor({ scannedBytesMax = Number.POSITIVE_INFINITY }: QueryRequest): OpenTablesOptions {
    const { limits } = this.#tables;
    return { ...this.#tables, limits: { ...limits, scannedBytes: Math.min(limits.scannedBytes, scannedBytesMax) } };
  }

  async #query(query: TranslatedQuery, request: QueryRequest, sink: ResultSink): Promise<QueryStatistics> {
    return withTables(this.#tablesFor(request), { ...request, query, wanted: "rows" }, async (session, read) => {
      const result = await session.streamIn(request.database, query.sql);
      const names = result.columnNames();
      await sink.columns(
        result.columnTypes().map((type, index) => ({ name: names[index] ?? "", type: trinoType(type) })),
      );
      let rows = 0;
      for (;;) {
        const chunk = await session.guard(() => result.fetchChunk());
        if (chunk === null || chunk.rowCount === 0) return { ...read, rows };
        rows += chunk.rowCount;
        await sink.rows(chunk.getRows().map((row) => row.map(cellValue)));
      }
    });
  }

  async #explain(
    { query, analyze }: Extract<Statement, { readonly kind: "explain" }>,
    request: QueryRequest,
    sink: ResultSink,
  ): Promise<QueryStatistics> {
    const wanted = analyze ? "rows" : "columns";
    return withTables(this.#tablesFor(request), { ...request, query, wanted }, async (session, read) => {
      const lines = (await session.explainIn(request.database, query.sql, analyze)).split("\n");
      await sink.columns([{ name: "Query Plan", type: "varchar" }]);
      await sink.rows(lines.map((line) => [line]));
      return { ...(analyze ? read : NOTHING_READ), rows: lines.length };
    });
  }

  /** The columns that a query would have, with Hive's types; nothing is read but what tells the shape of files. */
  #describe(query: TranslatedQuery, request: QueryRequest): Promise<readonly TableColumn[]> {
    return withTables(this.#tablesFor(request), { ...request, query, wanted: "columns" }, async (session) =>
      (await session.columnsIn(request.database, query.sql)).map(({ name, type }) => ({ name, type: hiveType(type) })),
    );
  }
}

type WritingStatement = Extract<Statement, { readonly kind: "create-table-as" | "insert" | "unload" }>;

function writeRows(statement: WritingStatement, options: WriteOptions): Promise<QueryStatistics> {
  switch (statement.kind) {
    case "create-table-as":
      return createTableAs(statement, options);
    case "insert":
      return insertInto(statement, options);
    case "unload":
      return unload(statement, options);
  }
}

function tooLong(durationMs: number): QueryError {
  return new QueryError(
    "limit-exceeded",
    `The query ran for ${durationMs / 1000} s, which is the limit, and was ended`,
  );
}

/** Failures of the rooms below, in the words of queries. */
function queryError(error: unknown): unknown {
  if (error instanceof CatalogError) {
    const code = error.code === "not-found" || error.code === "already-exists" ? error.code : "data";
    return new QueryError(code, error.message, { cause: error });
  }
  if (error instanceof ObjectStoreError) return new QueryError("data", error.message, { cause: error });
  return error;
}
