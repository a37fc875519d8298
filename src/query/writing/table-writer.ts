import type { StorageDescriptor, TextMap } from "../../catalog/table.ts";
import { duckdbType, sqlName, sqlText } from "../../formats/parquet/duckdb-type.ts";
import type { Column, ColumnType } from "../../model/schema/column-type.ts";
import { type CsvReader, readerOf, type TableReader } from "../engine/table-reader.ts";
import { unsupported } from "../query-error.ts";

/** How the files of a table are written: what `TableReader` reads. */
export interface TableWriter {
  readonly reader: TableReader;
  /** What stands in the brackets of COPY … TO. */
  readonly copyOptions: string;
  /** Of files, such as `.json.gz`. */
  readonly extension: string;
  readonly contentType: string;
}

const PARQUET_COMPRESSIONS: Readonly<Record<string, string>> = {
  GZIP: "gzip",
  SNAPPY: "snappy",
  ZSTD: "zstd",
  NONE: "uncompressed",
  UNCOMPRESSED: "uncompressed",
};

interface TextCompression {
  readonly word: string;
  readonly extension: string;
}

const PLAIN: TextCompression = { word: "none", extension: "" };

const TEXT_COMPRESSIONS: Readonly<Record<string, TextCompression>> = {
  GZIP: { word: "gzip", extension: ".gz" },
  ZSTD: { word: "zstd", extension: ".zst" },
  NONE: PLAIN,
  UNCOMPRESSED: PLAIN,
};

const THERE_ARE = "there are JSON, CSV, delimited text and Parquet";

/** Told by the SerDe and the properties of the table. What cannot be written is named. */
export function writerOf(storage: StorageDescriptor, parameters: TextMap, table: string): TableWriter {
  const library = storage.serdeInfo?.serializationLibrary ?? "";
  const reader = readerOf(storage, parameters, table);
  if ("lines" in reader && reader.lines !== "text")
    throw unsupported(`Table ${table}: writing SequenceFiles`, THERE_ARE);
  switch (reader.format) {
    case "parquet": {
      const word = compressionOf(PARQUET_COMPRESSIONS, parameters, table);
      const contentType = "application/vnd.apache.parquet";
      return { reader, copyOptions: `FORMAT parquet, COMPRESSION ${word}`, extension: ".parquet", contentType };
    }
    case "json": {
      const { word, extension } = compressionOf(TEXT_COMPRESSIONS, parameters, table);
      const copyOptions = `${LINES}, COMPRESSION ${word}`;
      return { reader, copyOptions, extension: `.json${extension}`, contentType: "application/x-ndjson" };
    }
    case "csv": {
      const { word, extension } = compressionOf(TEXT_COMPRESSIONS, parameters, table);
      const copyOptions = `${csvOptions(reader, table)}, COMPRESSION ${word}`;
      return { reader, copyOptions, extension: `.csv${extension}`, contentType: "text/csv" };
    }
    default:
      throw unsupported(`Table ${table}: writing files with the SerDe ${library}`, THERE_ARE);
  }
}

/** As the table says, under the names that Hive, Spark and Athena have for it; GZIP unless it does. */
function compressionOf<T>(known: Readonly<Record<string, T>>, parameters: TextMap, table: string): T {
  const text =
    parameters["write.compression"] ?? parameters["parquet.compression"] ?? parameters["parquet.compress"] ?? "GZIP";
  const word = text.toUpperCase();
  const found = Object.hasOwn(known, word) ? known[word] : undefined;
  if (found !== undefined) return found;
  throw unsupported(
    `Table ${table}: writing with the compression ${text}`,
    `there are ${Object.keys(known).join(", ")}`,
  );
}

function csvOptions(reader: CsvReader, table: string): string {
  const { delimiters, quote, escape: escaped, nullText, skippedLines } = reader;
  // One line that readers go over is a header; what more of them would hold nobody knows.
  if (skippedLines > 1) throw unsupported(`Table ${table}: writing to a table with skip.header.line.count above 1`);
  const signs = `DELIM ${sqlText(delimiters[0] ?? "")}, QUOTE ${sqlText(quote)}, ESCAPE ${sqlText(escaped)}, NULLSTR ${sqlText(nullText)}`;
  return `FORMAT csv, HEADER ${skippedLines === 1}, ${signs}${quote === "" ? "" : ", FORCE_QUOTE *"}`;
}

/**
 * DuckDB writes JSON into no partitions, so that rows become texts first: a file of lines is a CSV file of one column
 * without signs. What stands for delimiter and null are characters that JSON escapes.
 */
const LINES = "FORMAT csv, HEADER false, DELIM '\u0001', QUOTE '', ESCAPE '', NULLSTR '\u0002'";

/** The columns of a file for those of the table. `sourceOf` says what a column takes, as SQL. */
export function writtenColumns(
  { reader }: TableWriter,
  columns: readonly Column[],
  sourceOf: (index: number) => string,
  table: string,
): readonly string[] {
  const values = columns.map(({ name, type }, index) => typed(sourceOf(index), type, name));
  switch (reader.format) {
    case "parquet":
      return columns.map(({ name }, index) => `${values[index]} AS ${sqlName(name)}`);
    case "json": {
      const members = columns.map((column, index) => {
        const value = jsonValue(column, values[index] ?? "NULL", table);
        return `${sqlText(reader.names[column.name] ?? column.name)}: ${value}`;
      });
      return [`to_json({${members.join(", ")}}) AS line`];
    }
    case "csv":
      return columns.map((column, index) => {
        return `${plainText(reader, values[index] ?? "NULL", column, table)} AS ${sqlName(column.name)}`;
      });
    default:
      throw new TypeError("A writer is of a format that can be written");
  }
}

function jsonValue({ name, type }: Column, value: string, table: string): string {
  if (type.kind === "binary") throw notText(table, name, type);
  const isWrong = holdsUnfitNumber(value, type, 0);
  if (isWrong === undefined) return value;
  return checked(value, isWrong, `Column ${name} has a number that JSON cannot hold, such as NaN`);
}

/** SQL that is true where a value is, or has in it, a number that JSON has no word for; `undefined` for types without any. */
function holdsUnfitNumber(value: string, type: ColumnType, depth: number): string | undefined {
  switch (type.kind) {
    case "float":
    case "double":
      return `NOT isfinite(${value})`;
    case "array":
      return anyUnfit(value, type.element, depth);
    case "map":
      return anyUnfit(`map_values(${value})`, type.value, depth);
    case "struct": {
      const fields = type.fields.map((field) => {
        return holdsUnfitNumber(`struct_extract(${value}, ${sqlText(field.name)})`, field.type, depth);
      });
      const known = fields.filter((condition) => condition !== undefined);
      return known.length === 0 ? undefined : `(${known.join(" OR ")})`;
    }
    default:
      return undefined;
  }
}

function anyUnfit(list: string, type: ColumnType, depth: number): string | undefined {
  const member = `e${depth}`;
  const condition = holdsUnfitNumber(member, type, depth + 1);
  return condition === undefined ? undefined : `len(list_filter(${list}, lambda ${member}: ${condition})) > 0`;
}

/** With the table's type. What does not fit ends the statement; nothing is cut off. */
export function typed(value: string, type: ColumnType, name: string): string {
  const cast = `CAST(${value} AS ${duckdbType(type)})`;
  if (type.kind !== "varchar" && type.kind !== "char") return cast;
  return checked(
    cast,
    `length(${cast}) > ${type.length}`,
    `Column ${name} takes texts of ${type.length} characters, got a longer one`,
  );
}

const NESTED: ReadonlySet<ColumnType["kind"]> = new Set(["array", "map", "struct", "binary"]);

/** Without quotes nothing tells a sign of the format from one of the value. */
function plainText(
  { delimiters, quote, nullText }: CsvReader,
  value: string,
  { name, type }: Column,
  table: string,
): string {
  if (NESTED.has(type.kind)) throw notText(table, name, type);
  const isText = type.kind === "string" || type.kind === "varchar" || type.kind === "char";
  if (!isText || quote !== "") return value;
  const signs = [delimiters[0] ?? "", "\n", "\r"].map((sign) => `contains(${value}, ${sqlText(sign)})`);
  const condition = `${[...signs, `${value} = ${sqlText(nullText)}`].join(" OR ")}`;
  return checked(
    value,
    condition,
    `Column ${name} has a text with a delimiter or a line break in it, which delimited text cannot hold: use JSON or PARQUET`,
  );
}

/** SQL for a value that ends the statement where `isWrong`, SQL too, holds. */
export function checked(value: string, isWrong: string, message: string): string {
  return `CASE WHEN ${isWrong} THEN error(${sqlText(message)}) ELSE ${value} END`;
}

function notText(table: string, column: string, { kind }: ColumnType) {
  return unsupported(`Table ${table}: writing column ${column} of the type ${kind} as text`, "use PARQUET");
}
