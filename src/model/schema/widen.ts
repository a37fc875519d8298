import type { Column, ColumnType, Schema } from "./column-type.ts";
import { DECIMAL_PRECISION_MAX } from "./schema-limits.ts";

/**
 * Evolution by addition. `widen` is a join: commutative, associative and idempotent as far as names and types go, so that
 * records may come in any order and in any number of groups and the types that are learnt are the same. Only the order of
 * columns tells what came first, because new ones go to the end.
 *
 *     tinyint → smallint → int → bigint → double          (readers take the wider type for the narrower one)
 *     float → double; integers and decimals → a decimal that holds both, beyond 38 digits → double
 *     char, varchar → the longer varchar → string;  date → timestamp
 *     struct with struct: field by field; map with struct: a map whose values hold all fields
 *     anything else that disagrees → string, which holds every JSON value as text
 */
export function widen(schema: Schema, seen: Pick<Schema, "columns">): Schema {
  const columns = joinColumns(schema.columns, seen.columns);
  return columns === schema.columns ? schema : { ...schema, columns };
}

/** The same array when the first holds all of the second; else the first, widened, and what is new at the end. */
export function joinColumns(first: readonly Column[], second: readonly Column[]): readonly Column[] {
  const places = new Map(first.map((column, index) => [column.name.toLowerCase(), index]));
  let joined: Column[] | undefined;
  for (const column of second) {
    const key = column.name.toLowerCase();
    const place = places.get(key);
    if (place === undefined) {
      joined ??= [...first];
      places.set(key, joined.length);
      joined.push(column);
      continue;
    }
    const known = (joined ?? first)[place];
    if (known === undefined) continue;
    const type = joinTypes(known.type, column.type);
    if (type === known.type) continue;
    joined ??= [...first];
    joined[place] = { name: known.name, type };
  }
  return joined ?? first;
}

const STRING: ColumnType = { kind: "string" };
const DOUBLE: ColumnType = { kind: "double" };
const TIMESTAMP: ColumnType = { kind: "timestamp" };

/** The narrowest type that holds both; the first itself when it does already. */
export function joinTypes(first: ColumnType, second: ColumnType): ColumnType {
  const numbers = joinNumbers(first, second);
  if (numbers !== undefined) return sameOr(first, numbers);
  const texts = joinTexts(first, second);
  if (texts !== undefined) return sameOr(first, texts);
  if (isTime(first) && isTime(second)) return sameOr(first, first.kind === second.kind ? first : TIMESTAMP);
  return joinNested(first, second) ?? sameOr(first, first.kind === second.kind ? first : STRING);
}

/** Decimal digits before the point that each integer type needs. */
const INTEGER_DIGITS: Readonly<Record<string, number>> = { tinyint: 3, smallint: 5, int: 10, bigint: 19 };
const INTEGERS = Object.keys(INTEGER_DIGITS);

function joinNumbers(first: ColumnType, second: ColumnType): ColumnType | undefined {
  if (!isNumber(first) || !isNumber(second)) return undefined;
  if (first.kind === "double" || second.kind === "double") return DOUBLE;
  if (first.kind === "float" || second.kind === "float") {
    const other = first.kind === "float" ? second : first;
    // A float holds 24 bits: the two small integers, and no more.
    return other.kind === "float" || other.kind === "tinyint" || other.kind === "smallint" ? { kind: "float" } : DOUBLE;
  }
  if (first.kind === "decimal" || second.kind === "decimal") return joinDecimals(first, second);
  return INTEGERS.indexOf(first.kind) >= INTEGERS.indexOf(second.kind) ? first : second;
}

function joinDecimals(first: ColumnType, second: ColumnType): ColumnType {
  const [a, b] = [digitsOf(first), digitsOf(second)];
  const scale = Math.max(a.scale, b.scale);
  const precision = Math.max(a.whole, b.whole) + scale;
  return precision > DECIMAL_PRECISION_MAX ? DOUBLE : { kind: "decimal", precision, scale };
}

function digitsOf(type: ColumnType): { readonly whole: number; readonly scale: number } {
  if (type.kind === "decimal") return { whole: type.precision - type.scale, scale: type.scale };
  return { whole: INTEGER_DIGITS[type.kind] ?? 0, scale: 0 };
}

function joinTexts(first: ColumnType, second: ColumnType): ColumnType | undefined {
  if (!isText(first) || !isText(second)) return undefined;
  if (!("length" in first) || !("length" in second)) return STRING;
  const kind = first.kind === "char" && second.kind === "char" ? "char" : "varchar";
  return { kind, length: Math.max(first.length, second.length) };
}

/** `undefined` unless both have parts that can be joined. */
function joinNested(first: ColumnType, second: ColumnType): ColumnType | undefined {
  if (first.kind === "array" && second.kind === "array") {
    const element = joinTypes(first.element, second.element);
    return element === first.element ? first : { kind: "array", element };
  }
  if (first.kind === "struct" && second.kind === "struct") {
    const fields = joinColumns(first.fields, second.fields);
    return fields === first.fields ? first : { kind: "struct", fields };
  }
  if (first.kind === "map" && second.kind === "map") {
    const key = joinTypes(first.key, second.key);
    const value = joinTypes(first.value, second.value);
    return key === first.key && value === first.value ? first : { kind: "map", key, value };
  }
  if (first.kind === "map" && second.kind === "struct") return joinMapAndStruct(first, second);
  if (second.kind === "map" && first.kind === "struct") return joinMapAndStruct(second, first);
  return undefined;
}

/** JSON has objects only: those that a struct was seen in are maps where a map is what was asked for. */
function joinMapAndStruct(
  map: Extract<ColumnType, { kind: "map" }>,
  struct: Extract<ColumnType, { kind: "struct" }>,
): ColumnType {
  const key = joinTypes(map.key, STRING);
  const value = struct.fields.reduce((joined, field) => joinTypes(joined, field.type), map.value);
  return key === map.key && value === map.value ? map : { kind: "map", key, value };
}

type Numeric =
  | { readonly kind: "tinyint" | "smallint" | "int" | "bigint" | "float" | "double" }
  | Extract<ColumnType, { kind: "decimal" }>;

function isNumber(type: ColumnType): type is ColumnType & Numeric {
  return type.kind === "decimal" || type.kind === "float" || type.kind === "double" || INTEGERS.includes(type.kind);
}

function isText(type: ColumnType): boolean {
  return type.kind === "string" || type.kind === "varchar" || type.kind === "char";
}

function isTime(type: ColumnType): boolean {
  return type.kind === "date" || type.kind === "timestamp";
}

/** Identity tells callers that nothing changed; only types without nested parts come here. */
function sameOr(first: ColumnType, joined: ColumnType): ColumnType {
  return JSON.stringify(first) === JSON.stringify(joined) ? first : joined;
}
