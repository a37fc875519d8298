import type { Column, ColumnType, SimpleKind } from "../../model/schema/column-type.ts";

const SIMPLE_TYPES: Readonly<Record<SimpleKind, string>> = {
  boolean: "BOOLEAN",
  tinyint: "TINYINT",
  smallint: "SMALLINT",
  int: "INTEGER",
  bigint: "BIGINT",
  float: "FLOAT",
  double: "DOUBLE",
  string: "VARCHAR",
  binary: "BLOB",
  timestamp: "TIMESTAMP",
  date: "DATE",
};

/** The type under which DuckDB reads a column, and which it writes to Parquet. */
export function duckdbType(type: ColumnType): string {
  switch (type.kind) {
    case "decimal":
      return `DECIMAL(${type.precision},${type.scale})`;
    case "varchar":
    case "char":
      return "VARCHAR";
    case "array":
      return `${duckdbType(type.element)}[]`;
    case "map":
      return `MAP(${duckdbType(type.key)}, ${duckdbType(type.value)})`;
    case "struct":
      return `STRUCT(${type.fields.map(fieldType).join(", ")})`;
    default:
      return SIMPLE_TYPES[type.kind];
  }
}

function fieldType({ name, type }: Column): string {
  return `${sqlName(name)} ${duckdbType(type)}`;
}

export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
