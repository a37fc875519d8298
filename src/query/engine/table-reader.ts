import type { StorageDescriptor, TextMap } from "../../catalog/table.ts";
import { duckdbType, sqlName, sqlText } from "../../formats/parquet/duckdb-type.ts";
import type { Column, ColumnType } from "../../model/schema/column-type.ts";
import { QueryError, unsupported } from "../query-error.ts";

/** How the files of a place are read. */
export type TableReader =
  | { readonly format: "parquet" }
  | {
      readonly format: "json";
      /** The name in the files of each column that has another there. */
      readonly names: TextMap;
      readonly skipsMalformed: boolean;
    }
  | {
      readonly format: "csv";
      readonly delimiter: string;
      readonly quote: string;
      readonly escape: string;
      readonly nullText: string;
      readonly collectionDelimiter: string;
      readonly skippedLines: number;
    };

/** Told by the class of the SerDe, as Hive does. What is none of these is named. */
export function readerOf(storage: StorageDescriptor, tableParameters: TextMap, table: string): TableReader {
  const library = storage.serdeInfo?.serializationLibrary ?? "";
  const parameters = { ...tableParameters, ...storage.serdeInfo?.parameters };
  const name = library.slice(library.lastIndexOf(".") + 1).toLowerCase();
  if (name === "parquethiveserde") return { format: "parquet" };
  if (name === "jsonserde") return jsonReader(parameters);
  if (name === "opencsvserde") {
    // Where no escape is named, quotes inside quotes are doubled: that is how nearly all such files are written. Hive's own
    // reader takes a backslash as well, DuckDB takes one of the two.
    const { separatorChar = ",", quoteChar = '"', escapeChar = quoteChar } = parameters;
    return csvReader(parameters, { delimiter: separatorChar, quote: quoteChar, escape: escapeChar, nullText: "" });
  }
  if (name === "lazysimpleserde" && /TextInputFormat$/.test(storage.inputFormat ?? "TextInputFormat")) {
    if (parameters["escape.delim"] !== undefined) throw unsupported(`Table ${table}: ESCAPED BY`);
    const delimiter = parameters["field.delim"] ?? parameters["serialization.format"] ?? "\u0001";
    const nullText = parameters["serialization.null.format"] ?? "\\N";
    // Hive's writers give the number of the control character where nobody chose one.
    return csvReader(parameters, {
      delimiter: delimiter === "1" ? "\u0001" : delimiter,
      quote: "",
      escape: "",
      nullText,
    });
  }
  const kind = library === "" ? "without a SerDe" : `with the SerDe ${library}`;
  throw unsupported(`Table ${table}: reading files ${kind}`, "there are JSON, CSV, delimited text and Parquet");
}

function jsonReader(parameters: TextMap): TableReader {
  const mapped = Object.entries(parameters).filter(([key]) => key.startsWith("mapping."));
  return {
    format: "json",
    names: Object.fromEntries(
      mapped.map(([key, name]) => [key.slice("mapping.".length).toLowerCase(), name.toLowerCase()]),
    ),
    skipsMalformed: parameters["ignore.malformed.json"]?.toLowerCase() === "true",
  };
}

interface CsvSigns {
  readonly delimiter: string;
  readonly quote: string;
  readonly escape: string;
  readonly nullText: string;
}

function csvReader(parameters: TextMap, signs: CsvSigns): TableReader {
  const skipped = Number(parameters["skip.header.line.count"] ?? "0");
  const collectionDelimiter = parameters["collection.delim"] ?? parameters["colelction.delim"] ?? "\u0002";
  return { format: "csv", ...signs, collectionDelimiter, skippedLines: Number.isInteger(skipped) ? skipped : 0 };
}

/** The column that tells which file a row is from, under a name that no table has. */
export const FILE_COLUMN = "lakehose file";

/** The columns under the names that they have in the files. */
export function namesInFiles(reader: TableReader, columns: readonly Column[]): readonly Column[] {
  if (reader.format !== "json") return columns;
  return columns.map(({ name, type }) => ({ name: reader.names[name] ?? name, type }));
}

/** FROM clause over files on this disk; `paths` are as DuckDB takes them. Its columns are under their names in the files. */
export function readFiles(reader: TableReader, paths: readonly string[], columns: readonly Column[]): string {
  const files = `[${paths.map(sqlText).join(", ")}], filename = ${sqlText(FILE_COLUMN)}`;
  switch (reader.format) {
    case "parquet":
      return `read_parquet(${files}, union_by_name = true, hive_partitioning = false)`;
    case "json": {
      const names = columns.map(
        ({ name, type }) => `${sqlText(reader.names[name] ?? name)}: ${sqlText(jsonType(type))}`,
      );
      const types = names.length === 0 ? "" : `, columns = {${names.join(", ")}}`;
      return `read_json(${files}, format = 'newline_delimited', compression = 'uncompressed', hive_partitioning = false, ignore_errors = ${reader.skipsMalformed}${types})`;
    }
    case "csv": {
      const types = columns.map(({ name }) => `${sqlText(name)}: 'VARCHAR'`).join(", ");
      const { delimiter, quote, escape: escaped, nullText, skippedLines } = reader;
      const signs = `delim = ${sqlText(delimiter)}, quote = ${sqlText(quote)}, escape = ${sqlText(escaped)}, nullstr = ${sqlText(nullText)}`;
      return `read_csv(${files}, auto_detect = false, header = false, ${signs}, skip = ${skippedLines}, null_padding = true, strict_mode = false, parallel = ${quote === ""}, compression = 'none', hive_partitioning = false, columns = {${types}})`;
    }
  }
}

/** The value of a column as its table declares it, from what `readFiles` gives; `known` are the columns that there are. */
export function readColumn(reader: TableReader, { name, type }: Column, known: ReadonlyMap<string, string>): string {
  const target = duckdbType(type);
  switch (reader.format) {
    case "parquet": {
      const stored = known.get(name);
      return stored === undefined ? `CAST(NULL AS ${target})` : `CAST(${sqlName(stored)} AS ${target})`;
    }
    case "json": {
      const value = sqlName(reader.names[name] ?? name);
      return type.kind === "binary" ? `encode(${value})` : `CAST(${value} AS ${target})`;
    }
    case "csv":
      return csvValue(sqlName(name), type, reader.collectionDelimiter);
  }
}

/** Hive reads what is no number where one should be as null. */
function csvValue(value: string, type: ColumnType, collectionDelimiter: string): string {
  switch (type.kind) {
    case "string":
    case "varchar":
    case "char":
      return value;
    case "binary":
      return `encode(${value})`;
    case "array":
      if (type.element.kind === "array" || type.element.kind === "map" || type.element.kind === "struct") break;
      return `TRY_CAST(string_split(${value}, ${sqlText(collectionDelimiter)}) AS ${duckdbType(type)})`;
    case "map":
    case "struct":
      break;
    default:
      return `TRY_CAST(${value} AS ${duckdbType(type)})`;
  }
  throw new QueryError(
    "unsupported",
    `The type ${type.kind} in delimited text is not supported: keep such values as JSON`,
  );
}

/** Bytes come as texts in JSON. */
function jsonType(type: ColumnType): string {
  return type.kind === "binary" ? "VARCHAR" : duckdbType(type, "VARCHAR");
}
