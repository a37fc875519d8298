import type { DuckDBType } from "@duckdb/node-api";
import type { Column, ColumnType } from "../../model/schema/column-type.ts";
import { formatHiveType, parseHiveType } from "../../model/schema/hive-type.ts";
import { hiveType, trinoType } from "../engine/cell-value.ts";
import type { SessionColumn } from "../engine/session.ts";
import { QueryError } from "../query-error.ts";

/**
 * Says whether values of a query's column may go into a table's: numbers into wider ones and whole ones into any whole
 * type (each value is looked at when it is written), texts into texts, dates into timestamps. Everything else wants a CAST,
 * as Trino has it; a bare NULL goes everywhere.
 */
export function checkFits(column: SessionColumn, target: Column, position: number, table: string): void {
  const from = column.hasType ? readType(column.type) : target.type;
  if (from !== undefined && fits(from, target.type)) return;
  const is = trinoType(column.type);
  const wanted = formatHiveType(target.type);
  const message = `Column ${position} of the query is ${is}, and column ${target.name} of ${table} is ${wanted}; write CAST(… AS ${wanted})`;
  throw new QueryError("syntax", message);
}

function readType(type: DuckDBType): ColumnType | undefined {
  try {
    return parseHiveType(hiveType(type));
  } catch {
    return undefined;
  }
}

const WHOLE = ["tinyint", "smallint", "int", "bigint"];
const TEXTS = ["string", "varchar", "char"];

function fits(from: ColumnType, to: ColumnType): boolean {
  if (to.kind === "array" && from.kind === "array") return fits(from.element, to.element);
  if (to.kind === "map" && from.kind === "map") return fits(from.key, to.key) && fits(from.value, to.value);
  if (to.kind === "struct" && from.kind === "struct") {
    const { fields } = to;
    if (from.fields.length !== fields.length) return false;
    // DuckDB goes by the names of fields.
    return from.fields.every(({ name, type }) => {
      const field = fields.find((other) => other.name.toLowerCase() === name.toLowerCase());
      return field !== undefined && fits(type, field.type);
    });
  }
  if (to.kind === "decimal") {
    return WHOLE.includes(from.kind) || (from.kind === "decimal" && from.scale <= to.scale);
  }
  if (to.kind === "float" || to.kind === "double") {
    return WHOLE.includes(from.kind) || ["decimal", "float", "double"].includes(from.kind);
  }
  if (WHOLE.includes(to.kind)) return WHOLE.includes(from.kind);
  if (TEXTS.includes(to.kind)) return TEXTS.includes(from.kind);
  if (to.kind === "timestamp") return from.kind === "timestamp" || from.kind === "date";
  return from.kind === to.kind;
}
