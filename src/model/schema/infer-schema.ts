import type { JsonValue } from "../../std/json.ts";
import type { Column, ColumnType, Schema } from "./column-type.ts";
import { COLUMN_NAME_LENGTH_MAX, COLUMNS_MAX, TYPE_DEPTH_MAX, TYPES_MAX } from "./schema-limits.ts";
import { joinTypes } from "./widen.ts";

/**
 * Learns what columns records have, from parsed JSON, one value at a time.
 *
 * - Letter case does not tell names apart, as in Hive; the order of columns is that of their first value.
 * - Numbers without a fraction that fit into 64 bits are `bigint`, all others `double`. Narrower integers are never
 *   learnt: a later record would widen them, and engines refuse a column that is `int` in one file and `bigint` in the next.
 * - `null`, `[]` and `{}` say nothing; a column is not in the schema before a value has told its type.
 * - What disagrees becomes `string`. Types are joined by `joinTypes`, so their order does not matter.
 * - Bounded: beyond the limits of a schema new fields are ignored, and what is nested too deeply is `string`.
 */
export class SchemaLearner {
  readonly #options: LearnOptions;
  readonly #columns: Learnt = { fields: new Map() };
  #types = 0;

  constructor(options: LearnOptions = {}) {
    this.#options = options;
  }

  /** Learns from one record. What is no JSON object has no columns and is ignored. */
  add(value: JsonValue): void {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) this.#addFields(this.#columns, value, 1);
  }

  /** What is known by now; without columns before anything is. */
  schema(): Schema {
    return { columns: columnsOf(this.#columns) };
  }

  #addFields(target: Learnt, value: Readonly<Record<string, JsonValue>>, depth: number): void {
    target.fields ??= new Map();
    for (const [key, member] of Object.entries(value)) {
      if (member === null) continue;
      const name = this.#options.nameOf?.(key, depth) ?? key.toLowerCase();
      const folded = name.toLowerCase();
      let field = target.fields.get(folded);
      if (field === undefined) {
        if (!this.#hasRoom(target.fields.size, name)) continue;
        field = { name };
        target.fields.set(folded, field);
        this.#types++;
      }
      this.#addValue(field, member, depth);
    }
  }

  #addValue(target: Learnt, value: JsonValue, depth: number): void {
    if (value === null) return;
    const nested = typeof value === "object";
    if (!nested || depth >= TYPE_DEPTH_MAX) {
      const type = nested ? STRING : this.#simpleType(value);
      target.simple = target.simple === undefined ? type : joinTypes(target.simple, type);
    } else if (Array.isArray(value)) {
      if (target.element === undefined) {
        target.element = {};
        this.#types++;
      }
      for (const one of value) this.#addValue(target.element, one, depth + 1);
    } else {
      this.#addFields(target, value, depth + 1);
    }
  }

  #simpleType(value: string | number | boolean): ColumnType {
    if (typeof value === "boolean") return BOOLEAN;
    if (typeof value === "number") return Number.isInteger(value) && isInt64(value) ? BIGINT : DOUBLE;
    return (this.#options.timestamps === true ? timeType(value) : undefined) ?? STRING;
  }

  #hasRoom(fields: number, name: string): boolean {
    const named = name.trim() !== "" && name.length <= COLUMN_NAME_LENGTH_MAX;
    return named && fields < COLUMNS_MAX && this.#types < TYPES_MAX;
  }
}

export interface LearnOptions {
  /** Text that looks like a date or a timestamp is one. Default: text is text. */
  readonly timestamps?: boolean;
  /** The column of a key, or the field at a greater depth than 1; default: its lower case. */
  readonly nameOf?: (key: string, depth: number) => string;
}

/**
 * What was seen of one value: nothing (all absent) is "unknown". Shapes are kept apart and joined when asked, so that the
 * order in which they were seen leaves no trace.
 */
interface Learnt {
  /** Of a field, as it was spelled first. */
  readonly name?: string;
  simple?: ColumnType;
  element?: Learnt;
  fields?: Map<string, Learnt>;
}

const STRING: ColumnType = { kind: "string" };
const BOOLEAN: ColumnType = { kind: "boolean" };
const BIGINT: ColumnType = { kind: "bigint" };
const DOUBLE: ColumnType = { kind: "double" };
const DATE: ColumnType = { kind: "date" };
const TIMESTAMP: ColumnType = { kind: "timestamp" };

/** 2^63 is the first number beyond a signed 64-bit integer; as a double it is exact. */
function isInt64(value: number): boolean {
  return value >= -(2 ** 63) && value < 2 ** 63;
}

function columnsOf({ fields = new Map() }: Learnt): readonly Column[] {
  return [...fields].flatMap(([folded, learnt]) => {
    const type = typeOf(learnt);
    return type === undefined ? [] : [{ name: learnt.name ?? folded, type }];
  });
}

/** The type of what was seen, or `undefined` while nothing tells. */
function typeOf(learnt: Learnt): ColumnType | undefined {
  const types: ColumnType[] = [];
  if (learnt.simple !== undefined) types.push(learnt.simple);
  if (learnt.element !== undefined) types.push(arrayOf(learnt.element));
  if (learnt.fields !== undefined) types.push({ kind: "struct", fields: columnsOf(learnt) });
  const telling = types.filter((type) => !isEmpty(type));
  // An empty array beside a number is a conflict as well: the column holds both.
  if (telling.length === 0) return undefined;
  return types.length > 1 ? STRING : telling[0];
}

const EMPTY: ColumnType = { kind: "struct", fields: [] };

function arrayOf(element: Learnt): ColumnType {
  return { kind: "array", element: typeOf(element) ?? EMPTY };
}

/** Arrays and structs of which no part is known yet; they cannot be written, and the next record may tell. */
function isEmpty(type: ColumnType): boolean {
  if (type.kind === "array") return isEmpty(type.element);
  return type.kind === "struct" && type.fields.length === 0;
}

const DATE_TEXT = /^\d{4}-(\d\d)-(\d\d)$/;
const TIMESTAMP_TEXT = /^\d{4}-(\d\d)-(\d\d)[T ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z?$/;

/** The forms that conversion reads (reference 6.2); offsets such as `+01:00` are none of them. */
function timeType(text: string): ColumnType | undefined {
  const type = text.length === 10 ? DATE : TIMESTAMP;
  const [, month, day] = (type === DATE ? DATE_TEXT : TIMESTAMP_TEXT).exec(text) ?? [];
  return Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= 31 ? type : undefined;
}
