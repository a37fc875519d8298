import { LakehoseError } from "../../model/errors.ts";
import type { ColumnType, SimpleKind } from "../../model/schema/column-type.ts";

const SIMPLE_TYPES: Readonly<Record<Exclude<SimpleKind, "binary">, string>> = {
  boolean: "BOOLEAN",
  tinyint: "TINYINT",
  smallint: "SMALLINT",
  int: "INTEGER",
  bigint: "BIGINT",
  float: "FLOAT",
  double: "DOUBLE",
  string: "VARCHAR",
  timestamp: "TIMESTAMP",
  date: "DATE",
};

/** The type that DuckDB writes to Parquet; with another type for bytes, that under which it reads lines. */
export function duckdbType(type: ColumnType, binary: "BLOB" | "VARCHAR" = "BLOB"): string {
  switch (type.kind) {
    case "binary":
      return binary;
    case "decimal":
      return `DECIMAL(${type.precision},${type.scale})`;
    case "varchar":
    case "char":
      return "VARCHAR";
    case "array":
      return `${duckdbType(type.element, binary)}[]`;
    case "map":
      return `MAP(${duckdbType(type.key, binary)}, ${duckdbType(type.value, binary)})`;
    case "struct":
      return `STRUCT(${type.fields.map(({ name, type: field }) => `${sqlName(name)} ${duckdbType(field, binary)}`).join(", ")})`;
    default:
      return SIMPLE_TYPES[type.kind];
  }
}

export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * The name of one file for a reader of DuckDB, which takes paths for patterns: what stands in brackets stands for itself.
 * In a part of a path that is a pattern it takes a backslash for a separator and finds nothing.
 */
export function sqlPath(path: string): string {
  const hopeless = path.split("/").find((part) => PATTERN.test(part) && part.includes("\\"));
  if (hopeless !== undefined) {
    const message = `Expected a data folder that DuckDB can be given, got ${hopeless}: rename it to have no backslash or no *, ? and [`;
    throw new LakehoseError("unreadable-path", message);
  }
  return sqlText(path.replace(PATTERNS, "[$&]"));
}

const PATTERN = /[*?[]/;
const PATTERNS = /[*?[]/g;
