import { join } from "node:path";
import type { Catalog } from "../../catalog/catalog.ts";
import type { Partitions } from "../../catalog/partition.ts";
import type { FileView, TableChanges } from "../../catalog/table-changes/table-changes.ts";
import type { Clock } from "../../std/clock.ts";
import type { Disk } from "../../std/disk.ts";
import { inTurns } from "../../std/in-turns.ts";
import type { ObjectStore } from "../../storage/object-store.ts";
import type { TranslatedQuery } from "../dialect/statement.ts";
import type { FreshRows } from "../fresh-rows.ts";
import { QueryError } from "../query-error.ts";
import type { QueryLimits } from "../query-limits.ts";
import { NOTHING_READ, type QueryStatistics } from "../query-statistics.ts";
import { defineTable, type ReadyGroup, type TableFile } from "./define-table.ts";
import { defineView } from "./define-view.ts";
import type { FileCache, ReadyFile } from "./file-cache.ts";
import { FreshReading } from "./fresh-files.ts";
import { defineCatalogTables } from "./information-schema.ts";
import { type PlannedTable, planQuery } from "./query-plan.ts";
import { runTableFunction } from "./run-table-function.ts";
import { QuerySession } from "./session.ts";
import type { SpareInstance } from "./spare-instance.ts";
import { findFiles } from "./table-files.ts";
import { shapeOf, type TableShape } from "./table-shape.ts";

export interface OpenTablesOptions {
  readonly catalog: Catalog;
  readonly partitions: Partitions;
  readonly changes: TableChanges;
  readonly freshRows?: FreshRows;
  readonly storeFor: (bucket: string) => ObjectStore;
  readonly cache: FileCache;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly directory: string;
  readonly limits: QueryLimits;
  readonly spare: SpareInstance;
}

export interface OpenTablesRequest {
  readonly query: TranslatedQuery;
  readonly database: string;
  readonly fresh?: boolean;
  readonly wanted: "rows" | "columns";
  /** The folder that the session may write to, for statements of ours around the query. */
  readonly output?: string;
  readonly signal: AbortSignal;
}

/**
 * Makes a DuckDB with all that a query stands on, hands it to `work`, and takes everything away again. The query itself has
 * not run then.
 */
export async function withTables<T>(
  options: OpenTablesOptions,
  { query, database, fresh: wantsFresh = false, wanted, output, signal }: OpenTablesRequest,
  work: (session: QuerySession, read: QueryStatistics) => Promise<T>,
): Promise<T> {
  const { catalog, changes, freshRows, clock, disk, directory, limits, spare } = options;
  const session = await QuerySession.open({ ...limits, clock, signal, spare, spillDirectory: spillFolder(directory) });
  spare.prepare();
  const held: ReadyFile[] = [];
  const view = changes.view();
  const fresh = wantsFresh && freshRows !== undefined ? new FreshReading(freshRows, disk, signal) : undefined;
  try {
    const plan = await planQuery(catalog, session, query, database);
    const sources: TableSource[] = [];
    let read = NOTHING_READ;
    for (const planned of plan.tables) {
      const source = await sourceOf(planned, read, { ...options, view, fresh, held, signal });
      read = source.read;
      sources.push(source);
    }
    await session.shutOut(held, output);
    for (const { table, shape, groups, fileColumns } of sources) {
      const name = { database: table.databaseName, table: table.definition.name };
      await defineTable(session, name, shape, groups, fileColumns);
    }
    await defineCatalogTables(session, catalog, plan.catalogTables);
    await session.lock(new Set([database, ...plan.steps.map(({ searchDatabase }) => searchDatabase)]));
    for (const step of plan.steps) {
      if (step.kind === "view") await defineView(session, step);
      else await runTableFunction(session, step, { wanted, signal });
    }
    return await work(session, { ...read, ...(fresh && { fresh: fresh.statistics }) });
  } finally {
    session.close();
    view.release();
    await fresh?.release();
    for (const { release } of held) release();
  }
}

/** Below the folder of an engine. */
export function spillFolder(directory: string): string {
  return join(directory, "spill");
}

interface TableSource {
  readonly table: PlannedTable["table"];
  readonly fileColumns: boolean;
  readonly shape: TableShape;
  readonly groups: readonly ReadyGroup[];
  /** Of this table and those before it. */
  readonly read: QueryStatistics;
}

/** Files that are unpacked or fetched at the same time; unpacking itself has four threads. */
const FILES_AT_ONCE = 8;

interface SourceOptions extends OpenTablesOptions {
  readonly view: FileView;
  readonly fresh: FreshReading | undefined;
  /** Takes files as they come, so that none stays held after a failure. */
  readonly held: ReadyFile[];
  readonly signal: AbortSignal;
}

/** The files of a table, ready to be read. */
async function sourceOf(
  { table, uses, fileColumns }: PlannedTable,
  before: QueryStatistics,
  options: SourceOptions,
): Promise<TableSource> {
  const { cache, held, limits, signal } = options;
  const shape = shapeOf(table);
  const found = await findFiles(table, shape, uses, options);
  const files = found.groups.flatMap((group) => group.files);
  const read: QueryStatistics = {
    ...before,
    files: before.files + files.length,
    scannedBytes: files.reduce((sum, { object }) => sum + object.bytes, before.scannedBytes),
    partitionsRead: before.partitionsRead + found.partitionsRead,
    partitionsKnown: before.partitionsKnown + found.partitionsKnown,
  };
  if (read.scannedBytes > limits.scannedBytes) {
    const message = `Bytes scanned limit was exceeded: the query needs ${read.scannedBytes} bytes of files, it may read ${limits.scannedBytes}; name partitions in WHERE`;
    throw new QueryError("limit-exceeded", message);
  }
  const wanted = found.groups.flatMap((group) => group.files.map((file) => ({ file, reader: group.reader })));
  const ready = await inTurns(wanted, FILES_AT_ONCE, async ({ file, reader }): Promise<TableFile> => {
    const one = await cache.ready(file, reader, shape.columns, signal);
    held.push(one);
    const { bytes, modifiedAt } = file.object;
    return { path: one.path, name: one.name, bytes, modifiedAt };
  });
  let first = 0;
  const groups = found.groups.map(({ reader, values, files: { length } }): ReadyGroup => {
    first += length;
    return { reader, values, files: ready.slice(first - length, first) };
  });
  return { table, fileColumns, shape, groups, read };
}
