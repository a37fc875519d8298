import type { StorageDescriptor, TextMap } from "../../catalog/table.ts";
import type { Column } from "../../model/schema/column-type.ts";
import { type LinePattern, linePattern } from "../dialect/java-pattern.ts";
import { QueryError, unsupported } from "../query-error.ts";
import { lazyDelimiters } from "./lazy-value.ts";

/** How the files of a place are read. */
export type TableReader = ColumnarReader | JsonReader | CsvReader | PatternReader;

/** Files that tell their columns: Parquet as it is, others as rows in JSON, which the file cache makes of them. */
export interface ColumnarReader {
  readonly format: "avro" | "orc" | "parquet";
}

/** Whether a file is text, or the values of a SequenceFile are a line each. */
type Lines = "text" | "sequence-file";

export interface JsonReader {
  readonly format: "json";
  readonly lines: Lines;
  /** The name in the files of each column that has another there. */
  readonly names: TextMap;
  readonly skipsMalformed: boolean;
}

export interface CsvReader {
  readonly format: "csv";
  readonly lines: Lines;
  /** Of fields, then of what stands in them, level by level. */
  readonly delimiters: readonly string[];
  readonly quote: string;
  readonly escape: string;
  readonly nullText: string;
  readonly skippedLines: number;
}

/** Lines that a regular expression takes apart: one column a group. */
export interface PatternReader {
  readonly format: "pattern";
  readonly lines: Lines;
  readonly pattern: LinePattern;
  readonly skippedLines: number;
}

/** Told by the class of the SerDe, as Hive does. What is none of these is named. */
export function readerOf(storage: StorageDescriptor, tableParameters: TextMap, table: string): TableReader {
  const library = storage.serdeInfo?.serializationLibrary ?? "";
  const parameters = { ...tableParameters, ...storage.serdeInfo?.parameters };
  const name = library.slice(library.lastIndexOf(".") + 1).toLowerCase();
  const columnar = COLUMNAR.get(name);
  if (columnar !== undefined) return { format: columnar };
  const read = LINE_SERDES.get(name);
  if (read === undefined) {
    const kind = library === "" ? "without a SerDe" : `with the SerDe ${library}`;
    const advice = "there are JSON, CSV, delimited text, RegexSerDe, Parquet, ORC and Avro";
    throw unsupported(`Table ${table}: reading files ${kind}`, advice);
  }
  return read({ parameters, lines: linesOf(storage.inputFormat, table), table });
}

const COLUMNAR: ReadonlyMap<string, ColumnarReader["format"]> = new Map([
  ["avroserde", "avro"],
  ["orcserde", "orc"],
  ["parquethiveserde", "parquet"],
]);

interface LineTable {
  readonly parameters: TextMap;
  readonly lines: Lines;
  readonly table: string;
}

const LINE_SERDES: ReadonlyMap<string, (table: LineTable) => TableReader> = new Map<
  string,
  (table: LineTable) => TableReader
>([
  ["jsonserde", jsonReader],
  ["lazysimpleserde", lazyReader],
  ["opencsvserde", csvReader],
  ["regexserde", patternReader],
]);

function linesOf(inputFormat = "TextInputFormat", table: string): Lines {
  if (inputFormat.endsWith("SequenceFileInputFormat")) return "sequence-file";
  if (inputFormat.endsWith("TextInputFormat")) return "text";
  throw unsupported(
    `Table ${table}: the input format ${inputFormat}`,
    "there are text and SequenceFile for this SerDe",
  );
}

function jsonReader({ parameters, lines }: LineTable): JsonReader {
  const mapped = Object.entries(parameters).filter(([key]) => key.startsWith("mapping."));
  return {
    format: "json",
    lines,
    names: Object.fromEntries(
      mapped.map(([key, name]) => [key.slice("mapping.".length).toLowerCase(), name.toLowerCase()]),
    ),
    skipsMalformed: parameters["ignore.malformed.json"]?.toLowerCase() === "true",
  };
}

function lazyReader({ parameters, lines, table }: LineTable): CsvReader {
  if (parameters["escape.delim"] !== undefined) throw unsupported(`Table ${table}: ESCAPED BY`);
  return {
    format: "csv",
    lines,
    delimiters: lazyDelimiters(parameters),
    quote: "",
    escape: "",
    nullText: parameters["serialization.null.format"] ?? "\\N",
    skippedLines: skippedLines(parameters),
  };
}

/**
 * Where no escape is named, quotes inside quotes are doubled: that is how nearly all such files are written. Hive's own
 * reader takes a backslash as well, DuckDB takes one of the two.
 */
function csvReader({ parameters, lines }: LineTable): CsvReader {
  const { separatorChar = ",", quoteChar = '"', escapeChar = quoteChar } = parameters;
  return {
    format: "csv",
    lines,
    delimiters: [separatorChar, ...lazyDelimiters(parameters).slice(1)],
    quote: quoteChar,
    escape: escapeChar,
    nullText: "",
    skippedLines: skippedLines(parameters),
  };
}

function patternReader({ parameters, lines, table }: LineTable): PatternReader {
  const java = parameters["input.regex"];
  if (java === undefined) throw new QueryError("data", `Table ${table}: a RegexSerDe needs the property input.regex`);
  const ignoresCase = parameters["input.regex.case.insensitive"]?.toLowerCase() === "true";
  return { format: "pattern", lines, pattern: linePattern(java, ignoresCase), skippedLines: skippedLines(parameters) };
}

function skippedLines(parameters: TextMap): number {
  const count = Number(parameters["skip.header.line.count"] ?? "0");
  return Number.isInteger(count) ? count : 0;
}

/** The columns under the names that they have in the files. */
export function namesInFiles(reader: TableReader, columns: readonly Column[]): readonly Column[] {
  if (reader.format !== "json") return columns;
  return columns.map(({ name, type }) => ({ name: reader.names[name] ?? name, type }));
}
