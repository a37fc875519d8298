import { join } from "node:path";
import { sqlText } from "../../formats/parquet/duckdb-type.ts";
import { LakehoseError } from "../../model/errors.ts";
import type { Column } from "../../model/schema/column-type.ts";
import { defineTable, type TableFile } from "../../query/engine/define-table.ts";
import { fileContent } from "../../query/engine/file-content.ts";
import type { StoredFile } from "../../query/engine/location.ts";
import type { QuerySession } from "../../query/engine/session.ts";
import type { TableReader } from "../../query/engine/table-reader.ts";
import { QueryError } from "../../query/query-error.ts";
import { ObjectStoreError } from "../../storage/object-store.ts";
import { FileLeftAlone } from "../rewriting/file-left-alone.ts";
import { parquetContent, parquetRows, rowGroupRows, withParquetSession } from "../rewriting/join-parquet.ts";
import { nameOf } from "../rewriting/join-text.ts";
import { PLAIN_BYTES_MAX } from "../rewriting/rewriting-limits.ts";
import { type RewritingRun, sessionOptionsOf } from "../rewriting/rewriting-world.ts";
import { ScratchObject, scratchFileBody } from "../rewriting/scratch-object.ts";
import type { ConvertedFiles } from "./json-to-parquet.ts";

export interface RowsToParquetOptions {
  readonly reader: TableReader;
  readonly columns: readonly Column[];
  readonly compression: "snappy" | "gzip" | "zstd" | "none";
  /** Empty, and removed by whoever made it. */
  readonly directory: string;
  readonly run: RewritingRun;
}

interface LocalFile extends TableFile {
  readonly source: StoredFile;
}

/**
 * Files of any kind that queries read, as one Parquet file with the rows that a query would see: CSV and delimited text,
 * lines that a pattern takes apart, ORC, Avro, Parquet. What such a reader takes for a null is one; a file with a value that
 * ends a query is left alone, since nobody could tell its rows apart.
 */
export async function rowsToParquet(
  files: readonly StoredFile[],
  options: RowsToParquetOptions,
): Promise<ConvertedFiles> {
  const { directory, run } = options;
  const local = await localFiles(files, options);
  const output = join(directory, "converted.parquet");
  const probe = join(directory, "probe.parquet");
  const sessionOptions = sessionOptionsOf(run, join(directory, "spill"));
  const counts = await withParquetSession(sessionOptions, local, [output, probe], async (session) => {
    try {
      return await writeRows(session, "all", local, output, options);
    } catch (error) {
      if (!isOfFile(error)) throw error;
      await findCulprit(session, local, probe, options);
      throw error;
    }
  });
  return { ...counts, body: await scratchFileBody(run.disk, output), bad: [] };
}

/** Unpacked, and as rows in JSON where DuckDB does not know the format: what the cache of queries holds of a file. */
async function localFiles(
  files: readonly StoredFile[],
  { reader, columns, directory, run }: RowsToParquetOptions,
): Promise<readonly LocalFile[]> {
  const local: LocalFile[] = [];
  for (const [index, source] of files.entries()) {
    const path = join(directory, `source-${index}`);
    const copy = await ScratchObject.create(run.disk, path);
    try {
      for await (const chunk of fileContent(source, reader, columns, PLAIN_BYTES_MAX)) {
        run.signal.throwIfAborted();
        await copy.write([chunk]);
      }
    } catch (error) {
      throw run.signal.aborted || !isOfFile(error) ? error : leftAlone(source, error);
    } finally {
      await copy.close();
    }
    const { bucket, object } = source;
    const name = `s3://${bucket}/${object.key}`;
    local.push({ source, path, name, bytes: copy.bytes, modifiedAt: object.modifiedAt });
  }
  return local;
}

async function writeRows(
  session: QuerySession,
  table: string,
  files: readonly LocalFile[],
  output: string,
  { reader, columns, compression }: RowsToParquetOptions,
): Promise<{ readonly records: number; readonly rows: number }> {
  const shape = { columns, partitionKeys: [] };
  await defineTable(session, { database: "source", table }, shape, [{ reader, values: [], files }], false);
  const [[count] = []] = await session.rows(`SELECT count(*)::DOUBLE FROM source."${table}"`);
  const records = Number(count);
  const write = [
    "FORMAT parquet",
    `COMPRESSION ${compression === "none" ? "uncompressed" : compression}`,
    `ROW_GROUP_SIZE ${rowGroupRows(await rowBytes(session, reader, files, records))}`,
    "PARQUET_VERSION V1",
    // Only the output may be written, not what DuckDB puts beside a file that is there already.
    "USE_TMP_FILE false",
  ];
  await session.run(`COPY (SELECT * FROM source."${table}") TO ${sqlText(output)} (${write.join(", ")})`);
  return { records, rows: await parquetRows(session, output) };
}

async function rowBytes(
  session: QuerySession,
  { format }: TableReader,
  files: readonly LocalFile[],
  records: number,
): Promise<number> {
  if (format === "parquet") {
    const content = await parquetContent(
      session,
      files.map(({ path }) => path),
    );
    return content.rowBytes;
  }
  return files.reduce((sum, { bytes }) => sum + bytes, 0) / Math.max(1, records);
}

/** DuckDB does not always say which of many files it failed on: each is tried alone. */
async function findCulprit(
  session: QuerySession,
  files: readonly LocalFile[],
  probe: string,
  options: RowsToParquetOptions,
): Promise<void> {
  for (const [index, file] of files.entries()) {
    try {
      await writeRows(session, `only ${index}`, [file], probe, options);
    } catch (error) {
      throw isOfFile(error) ? leftAlone(file.source, error) : error;
    }
  }
}

/** Whether it is about bytes that are what they are: not about memory, the disk or the store. */
function isOfFile(error: unknown): error is LakehoseError {
  if (error instanceof QueryError) return error.code === "data" || error.code === "unsupported";
  return error instanceof LakehoseError && !(error instanceof ObjectStoreError);
}

function leftAlone(file: StoredFile, error: LakehoseError): FileLeftAlone {
  return new FileLeftAlone(nameOf(file), error.message, { cause: error });
}
