import { join } from "node:path";
import type { ObjectName, TableChange } from "../../catalog/table-changes/table-changes.ts";
import type { Disk } from "../../std/disk.ts";
import type { Random } from "../../std/random.ts";
import type { TranslatedQuery } from "../dialect/statement.ts";
import { type OpenTablesOptions, withTables } from "../engine/open-tables.ts";
import type { SessionColumn } from "../engine/session.ts";
import type { QueryStatistics } from "../query-statistics.ts";
import { ensureBuckets, storeFiles } from "./store-files.ts";
import type { TableWriter } from "./table-writer.ts";
import { checkOutput, copyRows, OutputWatch, type RowsToWrite, type WrittenFile, writtenFiles } from "./write-files.ts";

export interface WriteOptions extends OpenTablesOptions {
  readonly disk: Disk;
  readonly random: Random;
  readonly tablesLocation: string;
  /** Where names without a database are looked for. */
  readonly database: string;
  readonly signal: AbortSignal;
}

/** What a statement that writes decides when it knows the columns of its query. */
export type RowsPlan = Pick<RowsToWrite, "table" | "shape" | "writer" | "sources">;

export interface WrittenRows {
  readonly plan: RowsPlan;
  readonly files: readonly WrittenFile[];
  readonly statistics: QueryStatistics;
}

/**
 * Runs a query and leaves its rows as files on this disk, in a folder that is gone when `work` has ended:
 *
 *     columns of the query -> plan -> COPY, with a watch over what it writes -> files -> work
 */
export async function withRows<T>(
  query: TranslatedQuery,
  keyCount: number,
  options: WriteOptions,
  plan: (columns: readonly SessionColumn[]) => RowsPlan,
  work: (rows: WrittenRows) => Promise<T>,
): Promise<T> {
  const { disk, clock, random, database, limits } = options;
  const folder = join(options.directory, "output", random.bytes(8).toString("hex"));
  await disk.makeDirectory(folder);
  const watch = new OutputWatch({ disk, clock, folder, keyCount, bytesMax: limits.writtenBytes });
  const signal = AbortSignal.any([options.signal, watch.signal]);
  try {
    const request = { query, database, wanted: "rows", output: folder, signal } as const;
    const rows = await withTables(options, request, async (session, read) => {
      const planned = plan(await session.columnsIn(database, query.sql));
      const count = await copyRows(session, folder, { ...planned, sql: query.sql, database });
      return { plan: planned, statistics: { ...read, rows: count } };
    });
    watch.stop();
    const files = rows.statistics.rows === 0 ? [] : await writtenFiles(disk, folder, keyCount);
    checkOutput(files, limits.writtenBytes);
    return await work({ ...rows, files });
  } finally {
    watch.stop();
    await disk.removeDirectory(folder);
  }
}

/** Names for the files of one statement, which nobody else uses. `folderOf`: where a partition lies. */
export function namesOf(
  files: readonly WrittenFile[],
  { extension }: TableWriter,
  random: Random,
  folderOf: (values: readonly string[]) => { readonly bucket: string; readonly prefix: string },
): readonly ObjectName[] {
  const statement = random.bytes(16).toString("hex");
  return files.map(({ values }, index) => {
    const { bucket, prefix } = folderOf(values);
    return { bucket, key: `${prefix}${statement}-${String(index).padStart(5, "0")}${extension}` };
  });
}

/** Puts the files and does what makes them a part of the table, `finish`; when anything fails, they are gone. */
export async function putAndFinish(
  change: TableChange,
  { files, plan }: WrittenRows,
  options: WriteOptions,
  finish: () => Promise<void>,
): Promise<void> {
  try {
    await ensureBuckets(change.places, options.storeFor);
    await storeFiles(files, change, plan.writer, options);
    options.signal.throwIfAborted();
    await finish();
  } catch (error) {
    // What cannot be removed now is removed by whoever settles changes; the first failure is the one to tell.
    await change.abandon().catch(() => undefined);
    throw error;
  }
}
