import type { Column, ColumnType } from "../../model/schema/column-type.ts";
import { duckdbType, sqlName, sqlPath, sqlText } from "./duckdb-type.ts";

export interface CopyOrder {
  readonly linesPath: string;
  readonly objectPath: string;
  readonly columns: readonly CopyColumn[];
  readonly lines: number;
  readonly bytes: number;
  readonly longestLineBytes: number;
  readonly layout: ParquetLayout;
  /** With row groups that need a fraction of the memory. */
  readonly sparing?: boolean;
}

export interface CopyColumn extends Column {
  /** The key that lines have for it. */
  readonly key: string;
  /** A timestamp column some of whose values are numbers. */
  readonly epochs: boolean;
}

export interface ParquetLayout {
  readonly compression: "snappy" | "gzip" | "zstd" | "none";
  readonly rowGroupRows?: number | undefined;
  readonly rowGroupBytes?: number | undefined;
  readonly dictionary: boolean;
}

/** Reads the lines with the types of the columns and writes them as Parquet, all columns under their own names. */
export function copyStatement(order: CopyOrder): string {
  const { linesPath, objectPath, columns, layout } = order;
  const read = [
    sqlPath(linesPath),
    "format = 'newline_delimited'",
    "compression = 'uncompressed'",
    "auto_detect = false",
    "records = true",
    `maximum_object_size = ${objectBytesMax(order.longestLineBytes)}`,
    `columns = {${columns.map((column) => `${sqlText(column.key)}: ${sqlText(readType(column))}`).join(", ")}}`,
  ];
  const write = [
    "FORMAT parquet",
    `COMPRESSION ${layout.compression === "none" ? "uncompressed" : layout.compression}`,
    `ROW_GROUP_SIZE ${rowGroupRows(order)}`,
    "PARQUET_VERSION V1",
    ...(layout.dictionary ? [] : ["DICTIONARY_SIZE_LIMIT 0"]),
  ];
  const select = columns.map(selected).join(", ");
  return `COPY (SELECT ${select} FROM read_json(${read.join(", ")})) TO ${sqlText(objectPath)} (${write.join(", ")})`;
}

/**
 * Two threads take half as much processor time again as one for the same bytes (2.9 ms a megabyte of JSON, 1.9), and there
 * are others who want the second core. Only gzip, with ten times as much to do, is worth both. The bytes of an object
 * depend on it, so it must not depend on the machine.
 */
export function copyThreads({ layout }: CopyOrder): number {
  return layout.compression === "gzip" ? 2 : 1;
}

function readType({ type, epochs }: CopyColumn): string {
  return epochs ? "VARCHAR" : duckdbType(type, "VARCHAR");
}

/** Epochs are whole numbers of at most 15 digits here: seconds below 10^12, else milliseconds (reference 6.2). */
function selected({ key, name, type, epochs }: CopyColumn): string {
  const value = sqlName(key);
  const read = epochs
    ? `CASE WHEN ${value}[5] = '-' THEN CAST(${value} AS TIMESTAMP) ELSE make_timestamp(CAST(${value} AS BIGINT) * ` +
      `CASE WHEN abs(CAST(${value} AS BIGINT)) < 1000000000000 THEN 1000000 ELSE 1000 END) END`
    : castIfBinary(value, type);
  return `${read} AS ${sqlName(name)}`;
}

/** Only a cast understands the escapes in which bytes are spilled. */
function castIfBinary(value: string, type: ColumnType): string {
  const written = duckdbType(type);
  return written === duckdbType(type, "VARCHAR") ? value : `CAST(${value} AS ${written})`;
}

/** Few enough that a row group of typical events stays a few megabytes, at 0.7 % more bytes than DuckDB's own 122,880. */
const ROW_GROUP_ROWS_DEFAULT = 20_480;

/** DuckDB holds a row group of each thread in memory until it is written. */
const ROW_GROUP_MEMORY_BYTES = 64 * 1024 * 1024;

const SPARING_SHARE = 1 / 16;

function rowGroupRows({ lines, bytes, layout, sparing = false }: CopyOrder): number {
  const lineBytes = Math.max(1, bytes / Math.max(1, lines));
  const wanted = layout.rowGroupBytes === undefined ? ROW_GROUP_ROWS_DEFAULT : layout.rowGroupBytes / lineBytes;
  const rows = Math.min(layout.rowGroupRows ?? wanted, ROW_GROUP_MEMORY_BYTES / lineBytes);
  return Math.max(1, Math.floor(rows * (sparing ? SPARING_SHARE : 1)));
}

/** Twice this is what each thread reads at a time: small for small lines, never too small for the longest one. */
const OBJECT_BYTES_MIN = 2 * 1024 * 1024;

function objectBytesMax(longestLineBytes: number): number {
  return Math.max(OBJECT_BYTES_MIN, longestLineBytes + 1024);
}
