import type { ColumnType } from "../../model/schema/column-type.ts";
import { parseHiveType } from "../../model/schema/hive-type.ts";
import { SchemaError } from "../../model/schema/schema-error.ts";

/** A column's type in Trino's words: `bigint`, `array(varchar)`, `row(a integer)`. */
export function trinoTypeOf(type: ColumnType): string {
  switch (type.kind) {
    case "int":
      return "integer";
    case "float":
      return "real";
    case "string":
      return "varchar";
    case "binary":
      return "varbinary";
    case "timestamp":
      return "timestamp(3)";
    case "decimal":
      return `decimal(${type.precision},${type.scale})`;
    case "varchar":
    case "char":
      return `${type.kind}(${type.length})`;
    case "array":
      return `array(${trinoTypeOf(type.element)})`;
    case "map":
      return `map(${trinoTypeOf(type.key)}, ${trinoTypeOf(type.value)})`;
    case "struct":
      return `row(${type.fields.map(({ name, type: field }) => `${name} ${trinoTypeOf(field)}`).join(", ")})`;
    default:
      return type.kind;
  }
}

/** The same for a text of the catalog's, which may be one that nobody knows: then it stays as it is. */
export function trinoTypeOfText(hiveType = "string"): string {
  try {
    return trinoTypeOf(parseHiveType(hiveType));
  } catch (error) {
    if (error instanceof SchemaError) return hiveType;
    throw error;
  }
}
