import { join } from "node:path";
import type { Catalog } from "../../catalog/catalog.ts";
import { CatalogError } from "../../catalog/catalog-error.ts";
import type { Partitions } from "../../catalog/partition.ts";
import type { TableColumn } from "../../catalog/table.ts";
import type { FileView, TableChanges } from "../../catalog/table-changes/table-changes.ts";
import { sqlName } from "../../formats/parquet/duckdb-type.ts";
import type { Clock } from "../../std/clock.ts";
import type { Disk } from "../../std/disk.ts";
import type { JsonValue } from "../../std/json.ts";
import { type ObjectStore, ObjectStoreError } from "../../storage/object-store.ts";
import { parseStatement } from "../dialect/parse-statement.ts";
import type { Statement } from "../dialect/statement.ts";
import type { FreshRows } from "../fresh-rows.ts";
import { QueryError } from "../query-error.ts";
import type { QueryLimits } from "../query-limits.ts";
import { runCatalogStatement } from "./catalog-statements.ts";
import { cellValue, hiveType, trinoType } from "./cell-value.ts";
import { defineTable, type ReadyGroup } from "./define-table.ts";
import { FileCache, type ReadyFile } from "./file-cache.ts";
import { FreshReading, type FreshStatistics } from "./fresh-files.ts";
import { type PlannedTable, planQuery } from "./query-plan.ts";
import { QuerySlots } from "./query-slots.ts";
import { QuerySession } from "./session.ts";
import { findFiles } from "./table-files.ts";
import { shapeOf, type TableShape } from "./table-shape.ts";

export interface QueryEngineOptions {
  readonly catalog: Catalog;
  readonly partitions: Partitions;
  readonly changes: Pick<TableChanges, "view">;
  /** Absent where nothing is on its way. */
  readonly freshRows?: FreshRows;
  readonly storeFor: (bucket: string) => ObjectStore;
  /** The file that an object of the local lake is; `undefined` for all others. */
  readonly localPath: (bucket: string, key: string) => string | undefined;
  readonly disk: Disk;
  readonly clock: Clock;
  /** For unpacked files and what does not fit into memory; emptied at the start. */
  readonly directory: string;
  readonly limits: QueryLimits;
}

export interface QueryRequest {
  readonly sql: string;
  /** Where names without a database are looked for. */
  readonly database: string;
  /** Rows that are acknowledged and have not landed count, too. */
  readonly fresh?: boolean;
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

export interface QueryStatistics {
  readonly rows: number;
  readonly files: number;
  /** Size of the files that were read, as they are stored. */
  readonly scannedBytes: number;
  readonly partitionsRead: number;
  /** Those that the tables have. */
  readonly partitionsKnown: number;
  /** Present where rows were asked for that had not landed. */
  readonly fresh?: FreshStatistics;
}

const NOTHING_READ: QueryStatistics = { rows: 0, files: 0, scannedBytes: 0, partitionsRead: 0, partitionsKnown: 0 };

/**
 * Runs one statement for a caller. What is about the catalog is done there. A query goes this way: parse and translate →
 * gate (tables, functions) → partitions that may hold rows → their files, as files on this disk → a DuckDB that sees these
 * files and nothing else → rows, as they are fetched. Each step has its limit, and each ends when the signal says so.
 */
export class QueryEngine {
  readonly #options: QueryEngineOptions;
  readonly #slots: QuerySlots;
  readonly #cache: FileCache;

  static async open(options: QueryEngineOptions): Promise<QueryEngine> {
    const { disk, directory, localPath, limits } = options;
    const cacheOptions = { disk, directory: join(directory, "cache"), bytesMax: limits.cacheBytes, localPath };
    const cache = await FileCache.open(cacheOptions);
    await disk.removeDirectory(join(directory, "spill"));
    await disk.makeDirectory(join(directory, "spill"));
    return new QueryEngine(options, cache);
  }

  private constructor(options: QueryEngineOptions, cache: FileCache) {
    this.#options = options;
    this.#cache = cache;
    this.#slots = new QuerySlots(options.limits);
  }

  /** Whether a statement would be refused now, because too many wait already. */
  get full(): boolean {
    return this.#slots.full;
  }

  /** Resolves when the last row has been taken. Failures are `QueryError`s, or the signal's reason. */
  async run(request: QueryRequest, sink: ResultSink): Promise<QueryStatistics> {
    const statement = parseStatement(request.sql);
    return this.#slots.run(request.signal, () =>
      this.#within(request.signal, (signal) => {
        sink.onStarted?.();
        return this.#runStatement(statement, { ...request, signal }, sink);
      }),
    );
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
    if (statement.kind === "query") return this.#query(statement.sql, request, sink);
    const { database, signal } = request;
    const answer = await runCatalogStatement(statement, {
      ...this.#options,
      database,
      signal,
      describeQuery: (sql) => this.#describe(sql, request),
    });
    await sink.columns(answer.columns.map((name) => ({ name, type: "varchar" })));
    if (answer.rows.length > 0) await sink.rows(answer.rows);
    return { ...NOTHING_READ, rows: answer.rows.length };
  }

  async #query(sql: string, request: QueryRequest, sink: ResultSink): Promise<QueryStatistics> {
    return this.#withTables(sql, request, async (session, read) => {
      const result = await session.stream(sql);
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

  /** The columns that a query would have, with Hive's types; nothing is read but what tells the shape of files. */
  #describe(sql: string, request: QueryRequest): Promise<readonly TableColumn[]> {
    return this.#withTables(sql, request, async (session) => {
      const result = await session.stream(`SELECT * FROM (${sql}) LIMIT 0`);
      const names = result.columnNames();
      return result.columnTypes().map((type, index) => ({ name: names[index] ?? "", type: hiveType(type) }));
    });
  }

  async #withTables<T>(
    sql: string,
    { database, fresh: wantsFresh = false, signal }: QueryRequest,
    work: (session: QuerySession, read: QueryStatistics) => Promise<T>,
  ): Promise<T> {
    const { catalog, changes, freshRows, clock, disk, directory, limits } = this.#options;
    const session = await QuerySession.open({ ...limits, clock, signal, spillDirectory: join(directory, "spill") });
    const held: ReadyFile[] = [];
    const view = changes.view();
    const fresh = wantsFresh && freshRows !== undefined ? new FreshReading(freshRows, disk, signal) : undefined;
    try {
      const plan = await planQuery(catalog, session, sql, database);
      const sources: TableSource[] = [];
      let read = NOTHING_READ;
      for (const planned of plan.tables) {
        const source = await this.#source(planned, read, { view, fresh, held, signal });
        read = source.read;
        sources.push(source);
      }
      await session.shutOut(held.map(({ path }) => path));
      for (const { table, shape, groups } of sources) {
        const name = { database: table.databaseName, table: table.definition.name };
        await defineTable(session, name, shape, groups);
      }
      for (const view of plan.views) {
        await session.searchIn(view.searchDatabase);
        await session.run(`CREATE SCHEMA IF NOT EXISTS ${sqlName(view.database)}`);
        await session.run(`CREATE VIEW ${sqlName(view.database)}.${sqlName(view.name)} AS ${view.sql}`);
      }
      await session.searchIn(database);
      await session.lock();
      return await work(session, { ...read, ...(fresh && { fresh: fresh.statistics }) });
    } finally {
      session.close();
      view.release();
      await fresh?.release();
      for (const { release } of held) release();
    }
  }

  /** The files of a table, ready to be read; `held` takes them as they come, so that none stays held after a failure. */
  async #source(
    { table, uses }: PlannedTable,
    before: QueryStatistics,
    { held, ...reading }: Reading,
  ): Promise<TableSource> {
    const { scannedBytes: scannedBytesMax } = this.#options.limits;
    const shape = shapeOf(table);
    const found = await findFiles(table, shape, uses, { ...this.#options, ...reading });
    const files = found.groups.flatMap((group) => group.files);
    const read: QueryStatistics = {
      ...before,
      files: before.files + files.length,
      scannedBytes: files.reduce((sum, { object }) => sum + object.bytes, before.scannedBytes),
      partitionsRead: before.partitionsRead + found.partitionsRead,
      partitionsKnown: before.partitionsKnown + found.partitionsKnown,
    };
    if (read.scannedBytes > scannedBytesMax) {
      const message = `The query needs ${read.scannedBytes} bytes of files, it may read ${scannedBytesMax}; name partitions in WHERE`;
      throw new QueryError("limit-exceeded", message);
    }
    const groups: ReadyGroup[] = [];
    for (const { reader, values, files: stored } of found.groups) {
      const paths: string[] = [];
      for (const file of stored) {
        const ready = await this.#cache.ready(file, reader, shape.columns, reading.signal);
        held.push(ready);
        paths.push(ready.path);
      }
      groups.push({ reader, values, paths });
    }
    return { table, shape, groups, read };
  }
}

/** What one query reads through. */
interface Reading {
  readonly view: FileView;
  readonly fresh: FreshReading | undefined;
  readonly held: ReadyFile[];
  readonly signal: AbortSignal;
}

interface TableSource {
  readonly table: PlannedTable["table"];
  readonly shape: TableShape;
  readonly groups: readonly ReadyGroup[];
  /** Of this table and those before it. */
  readonly read: QueryStatistics;
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
