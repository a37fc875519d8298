import { join } from "node:path";
import { unescaped } from "../../catalog/partition-layout.ts";
import { sqlName, sqlText } from "../../formats/parquet/duckdb-type.ts";
import type { Column } from "../../model/schema/column-type.ts";
import type { Clock } from "../../std/clock.ts";
import type { Disk } from "../../std/disk.ts";
import { HIVE_DEFAULT_PARTITION } from "../engine/prune.ts";
import type { QuerySession } from "../engine/session.ts";
import type { TableShape } from "../engine/table-shape.ts";
import { QueryError } from "../query-error.ts";
import { PARTITIONS_WRITTEN_MAX } from "../query-limits.ts";
import { checked, type TableWriter, typed, writtenColumns } from "./table-writer.ts";

/** A file of the session's own folder that goes into a table. */
export interface WrittenFile {
  readonly path: string;
  readonly bytes: number;
  /** Of the partition keys. */
  readonly values: readonly string[];
}

export interface RowsToWrite {
  /** Of the table, for messages. */
  readonly table: string;
  readonly shape: TableShape;
  readonly writer: TableWriter;
  readonly sql: string;
  readonly database: string;
  /** For each column and then each partition key, which column of the query it takes; absent ones are null. */
  readonly sources: readonly (number | undefined)[];
}

/** Each file stays below what S3 takes in one call, and holds many row groups. */
const FILE_SIZE = "512MB";

/**
 * Runs the query and has DuckDB write what it gives into `folder`: `rows/FILE`, or `rows/k0=VALUE/k1=VALUE/FILE` for each
 * partition. Resolves to the number of rows.
 */
export function copyRows(session: QuerySession, folder: string, rows: RowsToWrite): Promise<number> {
  const { shape, writer, table, sql, database, sources } = rows;
  const value = (index: number) => (sources[index] === undefined ? "NULL" : `c${sources[index]}`);
  const columns = writtenColumns(writer, shape.columns, value, table);
  const keys = shape.partitionKeys.map((key, index) => {
    return `${partitionText(key, value(shape.columns.length + index))} AS ${sqlName(keyName(index))}`;
  });
  const width = sources.reduce<number>((widest, source) => Math.max(widest, (source ?? -1) + 1), 0);
  const names = Array.from({ length: width }, (_, index) => `c${index}`);
  const select = `SELECT ${[...columns, ...keys].join(", ")} FROM (${sql}) AS q(${names.join(", ")})`;
  const parts =
    keys.length === 0
      ? `FILE_SIZE_BYTES '${FILE_SIZE}'`
      : `PARTITION_BY (${keys.map((_, index) => sqlName(keyName(index))).join(", ")})`;
  const target = sqlText(join(folder, ROWS));
  return session.runIn(database, `COPY (${select}) TO ${target} (${writer.copyOptions}, ${parts})`);
}

const ROWS = "rows";

/** A name that no column has. */
function keyName(index: number): string {
  return `lakehose key ${index}`;
}

/** File systems take names of 255 bytes; the key's name is in front. */
const FOLDER_VALUE_BYTES_MAX = 230;

/** What stands in the name of the folder; Hive has no empty ones. */
function partitionText(key: Column, value: string): string {
  const text = `CAST(${typed(value, key.type, key.name)} AS VARCHAR)`;
  const tooLong = `Partition key ${key.name} has a value of more than ${FOLDER_VALUE_BYTES_MAX} bytes, signs but letters and digits counted three times; it becomes the name of a folder`;
  const fitting = checked(text, `length(url_encode(${text})) > ${FOLDER_VALUE_BYTES_MAX}`, tooLong);
  return `coalesce(nullif(${fitting}, ''), ${sqlText(HIVE_DEFAULT_PARTITION)})`;
}

/** The files that DuckDB has written. */
export async function writtenFiles(disk: Disk, folder: string, keyCount: number): Promise<readonly WrittenFile[]> {
  return filesBelow(disk, join(folder, ROWS), keyCount, []);
}

async function filesBelow(
  disk: Disk,
  folder: string,
  levels: number,
  values: readonly string[],
): Promise<readonly WrittenFile[]> {
  const found: WrittenFile[] = [];
  for (const name of await disk.list(folder)) {
    const path = join(folder, name);
    if (levels > 0) {
      const value = unescaped(name.slice(name.indexOf("=") + 1));
      found.push(...(await filesBelow(disk, path, levels - 1, [...values, value])));
    } else found.push({ path, bytes: (await disk.stat(path))?.bytes ?? 0, values });
  }
  return found;
}

/** Looks at a folder while DuckDB writes to it, which knows no limit of its own. Its signal ends what grows too large. */
export class OutputWatch {
  readonly #tooMuch = new AbortController();
  readonly #done = new AbortController();

  constructor(options: {
    readonly disk: Disk;
    readonly clock: Clock;
    readonly folder: string;
    readonly keyCount: number;
    readonly bytesMax: number;
  }) {
    void this.#watch(options).catch((error: unknown) => this.#tooMuch.abort(error));
  }

  get signal(): AbortSignal {
    return this.#tooMuch.signal;
  }

  stop(): void {
    this.#done.abort();
  }

  async #watch(options: ConstructorParameters<typeof OutputWatch>[0]): Promise<void> {
    const { disk, clock, folder, keyCount, bytesMax } = options;
    for (;;) {
      await clock.sleep(LOOK_EVERY_MS, this.#done.signal).catch(() => undefined);
      if (this.#done.signal.aborted) return;
      checkOutput(await writtenFiles(disk, folder, keyCount), bytesMax);
    }
  }
}

const LOOK_EVERY_MS = 250;

export function checkOutput(files: readonly WrittenFile[], bytesMax: number): void {
  const partitions = new Set(files.map(({ values }) => JSON.stringify(values))).size;
  if (partitions > PARTITIONS_WRITTEN_MAX) {
    const message = `The statement writes to more than ${PARTITIONS_WRITTEN_MAX} partitions, which is the limit; write fewer at a time, with WHERE`;
    throw new QueryError("limit-exceeded", message);
  }
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (bytes <= bytesMax) return;
  throw new QueryError(
    "limit-exceeded",
    `The statement writes more than ${bytesMax} bytes of files, which is the limit; write less at a time`,
  );
}
