import type { Column, ColumnType, Schema } from "./column-type.ts";
import { SchemaError } from "./schema-error.ts";
import {
  CHAR_LENGTH_MAX,
  COLUMN_NAME_LENGTH_MAX,
  COLUMNS_MAX,
  DECIMAL_PRECISION_MAX,
  TYPE_DEPTH_MAX,
  TYPES_MAX,
  VARCHAR_LENGTH_MAX,
} from "./schema-limits.ts";

/**
 * Throws `SchemaError` unless the schema can be written to files and read back by engines that ignore letter case: at
 * least one column, names that differ in more than case on each level, parameters and sizes within their limits.
 */
export function checkSchema(schema: Pick<Schema, "columns">): void {
  if (schema.columns.length === 0) throw new SchemaError("Expected a schema with at least one column, got none");
  checkColumns(schema.columns, "", 1, { types: 0 });
}

function checkColumns(columns: readonly Column[], path: string, depth: number, seen: { types: number }): void {
  const what = path === "" ? "columns" : `fields in ${path}`;
  if (columns.length > COLUMNS_MAX) {
    throw new SchemaError(`Expected at most ${COLUMNS_MAX} ${what}, got ${columns.length}`);
  }
  const names = new Map<string, string>();
  for (const { name, type } of columns) {
    const place = path === "" ? name : `${path}.${name}`;
    if (name.trim() === "" || name.length > COLUMN_NAME_LENGTH_MAX) {
      throw new SchemaError(
        `Expected names of 1 to ${COLUMN_NAME_LENGTH_MAX} characters for ${what}, got "${name.slice(0, 80)}"`,
      );
    }
    const folded = name.toLowerCase();
    const other = names.get(folded);
    if (other !== undefined) {
      throw new SchemaError(`Expected names that differ in more than letter case, got ${other} and ${name} as ${what}`);
    }
    names.set(folded, name);
    checkType(type, place, depth, seen);
  }
}

function checkType(type: ColumnType, place: string, depth: number, seen: { types: number }): void {
  if (++seen.types > TYPES_MAX) {
    throw new SchemaError(`Expected at most ${TYPES_MAX} types in a schema, nested ones counted`);
  }
  if (depth > TYPE_DEPTH_MAX) throw new SchemaError(`Expected at most ${TYPE_DEPTH_MAX} levels, got more at ${place}`);
  switch (type.kind) {
    case "decimal":
      expectWithin(type.precision, 1, DECIMAL_PRECISION_MAX, `precision of ${place}`);
      expectWithin(type.scale, 0, type.precision, `scale of ${place}`);
      break;
    case "varchar":
      expectWithin(type.length, 1, VARCHAR_LENGTH_MAX, `length of ${place}`);
      break;
    case "char":
      expectWithin(type.length, 1, CHAR_LENGTH_MAX, `length of ${place}`);
      break;
    case "array":
      checkType(type.element, place, depth + 1, seen);
      break;
    case "map":
      if (type.key.kind === "array" || type.key.kind === "map" || type.key.kind === "struct") {
        throw new SchemaError(`Expected a simple type for the keys of map ${place}, got ${type.key.kind}`);
      }
      checkType(type.key, place, depth + 1, seen);
      checkType(type.value, place, depth + 1, seen);
      break;
    case "struct":
      if (type.fields.length === 0) throw new SchemaError(`Expected struct ${place} to have fields, got none`);
      checkColumns(type.fields, place, depth + 1, seen);
  }
}

function expectWithin(value: number, min: number, max: number, what: string): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new SchemaError(`Expected the ${what} to be a whole number from ${min} to ${max}, got ${value}`);
}
