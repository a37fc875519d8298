import { LakehoseError } from "../../model/errors.ts";
import type { Column, ColumnType } from "../../model/schema/column-type.ts";
import { COLUMN_NAME_LENGTH_MAX, COLUMNS_MAX, TYPE_DEPTH_MAX, TYPES_MAX } from "../../model/schema/schema-limits.ts";

/**
 * Columns of somebody's file as a table can have them: names in lower case and told apart by more than it, structs without
 * fields as text, within the limits of a schema. Types in files may refer to each other; written out they are counted.
 */
export function hiveColumns(columns: readonly Column[]): readonly Column[] {
  return namedOnce(columns, 1, { types: 0 });
}

interface Counter {
  types: number;
}

function namedOnce(columns: readonly Column[], depth: number, counter: Counter): readonly Column[] {
  const named = new Map<string, Column>();
  for (const column of columns) {
    const name = column.name.toLowerCase();
    const usable = name.trim() !== "" && name.length <= COLUMN_NAME_LENGTH_MAX && !named.has(name);
    if (usable && named.size < COLUMNS_MAX) named.set(name, { name, type: hiveType(column.type, depth, counter) });
  }
  return [...named.values()];
}

function hiveType(type: ColumnType, depth: number, counter: Counter): ColumnType {
  if (++counter.types > TYPES_MAX) {
    throw new LakehoseError("damaged-object", `Expected at most ${TYPES_MAX} types in a schema, nested ones counted`);
  }
  if (depth > TYPE_DEPTH_MAX) return { kind: "string" };
  switch (type.kind) {
    case "array":
      return { kind: "array", element: hiveType(type.element, depth + 1, counter) };
    case "map":
      return {
        kind: "map",
        key: hiveType(type.key, depth + 1, counter),
        value: hiveType(type.value, depth + 1, counter),
      };
    case "struct": {
      const fields = namedOnce(type.fields, depth + 1, counter);
      return fields.length === 0 ? { kind: "string" } : { kind: "struct", fields };
    }
    default:
      return type;
  }
}
