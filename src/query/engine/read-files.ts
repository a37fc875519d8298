import { duckdbType, sqlName, sqlText } from "../../formats/parquet/duckdb-type.ts";
import type { Column, ColumnType } from "../../model/schema/column-type.ts";
import { lazyValue } from "./lazy-value.ts";
import type { CsvReader, JsonReader, PatternReader, TableReader } from "./table-reader.ts";

/** What DuckDB calls the number of a row's file, from 0 in the order in which `readFiles` was given them. */
export const FILE_NUMBER = "file_index";

/** FROM clause over files on this disk; `paths` are as DuckDB takes them. Its columns are under their names in the files. */
export function readFiles(reader: TableReader, paths: readonly string[], columns: readonly Column[]): string {
  const files = `[${paths.map(sqlText).join(", ")}]`;
  switch (reader.format) {
    case "parquet":
      return `read_parquet(${files}, union_by_name = true, hive_partitioning = false)`;
    case "avro":
    case "orc":
      return readJson(files, AS_DECLARED, columns);
    case "json":
      return readJson(files, reader, columns);
    case "csv":
      return readCsv(files, reader, columns);
    case "pattern":
      return readLines(files, reader);
  }
}

/** The value of a column as its table declares it, from what `readFiles` gives; `known` are the columns that there are. */
export function readColumn(
  reader: TableReader,
  column: Column,
  known: ReadonlyMap<string, string>,
  at: number,
): string {
  const { name, type } = column;
  const target = duckdbType(type);
  switch (reader.format) {
    case "parquet": {
      const stored = known.get(name);
      return stored === undefined ? `CAST(NULL AS ${target})` : `CAST(${sqlName(stored)} AS ${target})`;
    }
    case "avro":
    case "orc":
      return `CAST(${sqlName(name)} AS ${target})`;
    case "json": {
      const value = sqlName(reader.names[name] ?? name);
      return type.kind === "binary" ? `encode(${value})` : `CAST(${value} AS ${target})`;
    }
    case "csv":
      return lazyValue(sqlName(name), type, reader);
    case "pattern":
      return at < reader.pattern.groups ? groupValue(at, type) : `CAST(NULL AS ${target})`;
  }
}

/** How the file cache writes rows of formats that DuckDB does not read. */
const AS_DECLARED: Pick<JsonReader, "names" | "skipsMalformed"> = { names: {}, skipsMalformed: false };

function readJson(
  files: string,
  { names, skipsMalformed }: Pick<JsonReader, "names" | "skipsMalformed">,
  columns: readonly Column[],
): string {
  const typed = columns.map(({ name, type }) => `${sqlText(names[name] ?? name)}: ${sqlText(jsonType(type))}`);
  const types = typed.length === 0 ? "" : `, columns = {${typed.join(", ")}}`;
  return `read_json(${files}, format = 'newline_delimited', compression = 'uncompressed', hive_partitioning = false, ignore_errors = ${skipsMalformed}${types})`;
}

/** Bytes come as texts in JSON. */
function jsonType(type: ColumnType): string {
  return type.kind === "binary" ? "VARCHAR" : duckdbType(type, "VARCHAR");
}

function readCsv(files: string, reader: CsvReader, columns: readonly Column[]): string {
  const types = columns.map(({ name }) => `${sqlText(name)}: 'VARCHAR'`).join(", ");
  const { delimiters, quote, escape: escaped, nullText, skippedLines } = reader;
  const signs = `delim = ${sqlText(delimiters[0] ?? "")}, quote = ${sqlText(quote)}, escape = ${sqlText(escaped)}, nullstr = ${sqlText(nullText)}`;
  return `read_csv(${files}, auto_detect = false, header = false, ${signs}, skip = ${skippedLines}, null_padding = true, strict_mode = false, parallel = ${quote === ""}, compression = 'none', hive_partitioning = false, columns = {${types}})`;
}

/** Characters that Unicode will never give to anything: lines have no fields, and none of them is null. */
const NO_DELIMITER = "\u{10FFFF}";
const NO_NULL = "\u{10FFFE}";

/** Groups of each line in one value, which is null where the line does not match as a whole. */
function readLines(files: string, { pattern, skippedLines }: PatternReader): string {
  const { expression, notBefore, groups } = pattern;
  const lines = readCsv(
    files,
    {
      format: "csv",
      lines: "text",
      delimiters: [NO_DELIMITER],
      quote: "",
      escape: "",
      nullText: NO_NULL,
      skippedLines,
    },
    [{ name: "line", type: { kind: "string" } }],
  );
  const names = Array.from({ length: groups }, (_, index) => sqlText(groupName(index)));
  const whole = sqlText(`^(?:${expression})$`);
  const allowed = notBefore === undefined ? "" : ` AND NOT regexp_matches(line, ${sqlText(`^(?:${notBefore})`)})`;
  const found = groups === 0 ? "NULL" : `regexp_extract(line, ${whole}, [${names.join(", ")}])`;
  return `(SELECT CASE WHEN regexp_matches(line, ${whole})${allowed} THEN ${found} END AS "found", ${FILE_NUMBER} FROM ${lines})`;
}

function groupValue(at: number, type: ColumnType): string {
  const text = `"found"[${sqlText(groupName(at))}]`;
  if (type.kind === "string" || type.kind === "varchar" || type.kind === "char") return text;
  return type.kind === "binary" ? `encode(${text})` : `TRY_CAST(${text} AS ${duckdbType(type)})`;
}

function groupName(index: number): string {
  return `g${index}`;
}
