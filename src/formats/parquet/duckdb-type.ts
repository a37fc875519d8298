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
