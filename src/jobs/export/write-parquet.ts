import { DuckdbFailure, runDuckdb } from "../../formats/parquet/duckdb.ts";
import { duckdbType, sqlName, sqlPath, sqlText } from "../../formats/parquet/duckdb-type.ts";
import { FILE_METADATA } from "../../formats/parquet/footer-fields.ts";
import { PARQUET_TAIL_BYTES } from "../../formats/parquet/read-schema.ts";
import { readThrift } from "../../formats/parquet/thrift-compact.ts";
import { parseHiveType } from "../../model/schema/hive-type.ts";
import type { Disk } from "../../std/disk.ts";
import { ExportError } from "./export-error.ts";
import type { PlannedColumn } from "./export-state.ts";
import { measureFile, readRange } from "./local-file.ts";
import { NULL_TEXT } from "./postgresql/copy-statement.ts";
import type { RowSource } from "./postgresql/session.ts";
import { type ChunkToWrite, type WrittenRows, writeQuotedCsv } from "./write-csv.ts";

/**
 * The rows as quoted text on this disk, then one statement of DuckDB's, which reads each field with the type of its column.
 * A value that the type cannot hold fails the run: nothing is rounded, cut or made null.
 */
export async function writeParquet(session: RowSource, chunk: ChunkToWrite): Promise<WrittenRows> {
  const { table, path, disk } = chunk;
  const textPath = `${path}.text`;
  const text = await writeQuotedCsv(session, { ...chunk, path: textPath });
  if (text.rows === 0) return text;
  await disk.unlink(path);
  const order: ParquetOrder = { textPath, objectPath: path, columns: table.columns, ...text };
  await convert(order, `${table.schema}.${table.name}`);
  await disk.unlink(textPath);
  return { rows: await parquetRows(disk, path), file: await measureFile(disk, path) };
}

interface ParquetOrder extends WrittenRows {
  readonly textPath: string;
  readonly objectPath: string;
  readonly columns: readonly PlannedColumn[];
}

async function convert(order: ParquetOrder, place: string): Promise<void> {
  const needs = { columns: order.columns.length, threads: 1 };
  try {
    await runDuckdb(parquetStatement(order, LINE_BYTES_USUAL), needs).catch((error: unknown) => {
      // A line that is longer than what is read at a time is no line to DuckDB.
      if (!(error instanceof DuckdbFailure && error.message.includes("CSV Error"))) throw error;
      return runDuckdb(parquetStatement(order, LINE_BYTES_MAX), needs);
    });
  } catch (error) {
    throw error instanceof DuckdbFailure ? conversionFailure(error, place) : error;
  }
}

/** Room for one line is taken at once, so it is large only where it has to be. */
const LINE_BYTES_USUAL = 2 * 1024 * 1024;
const LINE_BYTES_MAX = 256 * 1024 * 1024;

export function parquetStatement({ textPath, objectPath, columns, rows, file }: ParquetOrder, lineBytes: number) {
  const read = [
    sqlPath(textPath),
    "auto_detect = false",
    "header = false",
    `delim = ',', quote = '"', escape = '"', new_line = '\\n'`,
    `nullstr = ${sqlText(NULL_TEXT)}, allow_quoted_nulls = false`,
    "strict_mode = true, parallel = false, compression = 'none'",
    `max_line_size = ${lineBytes}, buffer_size = ${lineBytes * (lineBytes === LINE_BYTES_USUAL ? 16 : 1) + 1}`,
    `columns = {${columns.map((_, index) => `${sqlText(textColumn(index))}: 'VARCHAR'`).join(", ")}}`,
  ];
  const select = columns.map((column, index) => `${typedField(column, index)} AS ${sqlName(column.name)}`);
  const write = `FORMAT parquet, COMPRESSION snappy, PARQUET_VERSION V1, ROW_GROUP_SIZE ${rowGroupRows(rows, file.bytes)}`;
  return `COPY (SELECT ${select.join(", ")} FROM read_csv(${read.join(", ")})) TO ${sqlText(objectPath)} (${write})`;
}

function textColumn(index: number): string {
  return `f${index}`;
}

function typedField({ type: hiveType, reading }: PlannedColumn, index: number): string {
  const field = textColumn(index);
  const type = parseHiveType(hiveType);
  if (reading === "bytes") return `from_hex(${field})`;
  if (type.kind === "string") return field;
  if (type.kind !== "date" && type.kind !== "timestamp") return `CAST(${field} AS ${duckdbType(type)})`;
  // The two write years before Christ in different places, and DuckDB would take the year for one after.
  const moved = String.raw`regexp_replace(${field}, '^(\S+)(.*) BC$', '\1 (BC)\2')`;
  return `CAST(${moved} AS ${duckdbType(type)})`;
}

/** DuckDB holds a row group in memory until it is written. */
const ROW_GROUP_BYTES = 64 * 1024 * 1024;
const ROW_GROUP_ROWS_MAX = 122_880;

function rowGroupRows(rows: number, bytes: number): number {
  return Math.max(1, Math.min(ROW_GROUP_ROWS_MAX, Math.floor((ROW_GROUP_BYTES * rows) / Math.max(1, bytes))));
}

function conversionFailure(failure: DuckdbFailure, place: string): ExportError {
  const { kind, message } = failure;
  const options = { cause: failure };
  if (kind === "memory") {
    return new ExportError("failed", `Rows of ${place} do not fit into memory: lower chunkRows (${message})`, options);
  }
  if (kind === "files") return new ExportError("failed", `Writing ${place} as Parquet failed: ${message}`, options);
  const advice = "name the column under asText to keep such values as they are";
  return new ExportError(
    "value",
    `A value of ${place} has no place in its column's type: ${message}; ${advice}`,
    options,
  );
}

/** As the footer tells it, so that the count is that of what is put and not of what was meant to be. */
async function parquetRows(disk: Disk, path: string): Promise<number> {
  const bytes = (await disk.stat(path))?.bytes ?? 0;
  const tail = await readRange(disk, path, bytes - PARQUET_TAIL_BYTES, PARQUET_TAIL_BYTES);
  const length = tail.readUInt32LE(0);
  const metadata = await readRange(disk, path, bytes - PARQUET_TAIL_BYTES - length, length);
  return readThrift(metadata, 0).struct.integer(FILE_METADATA.rows) ?? 0;
}
