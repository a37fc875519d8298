import type { Column, ColumnType } from "../../model/schema/column-type.ts";
import { parseDate, parseEpoch, parseEpochMillis, parseSqlTimestamp, parseTimestamp } from "./calendar.ts";
import { parseDecimal, scaledInteger, wholeNumber } from "./decimal-digits.ts";
import type { FieldNames } from "./field-names.ts";
import { type JsonCursor, MalformedJson, type TokenKind } from "./json-cursor.ts";
import type { Cell, TimestampCell } from "./row.ts";
import { timestampPattern } from "./timestamp-pattern.ts";

/**
 * Reads the value that the cursor stands before as a cell. Never throws for a value that does not fit: it says so to
 * `mismatch`, passes over the value and gives `null`, so that the rest of the record is still checked to be JSON.
 */
export type CellReader = (cursor: JsonCursor, mismatch: Mismatch) => Cell;

/** Hears in the words of the error record what does not fit; the first one counts. */
export type Mismatch = (text: string) => void;

export interface CellRules {
  /** `openx` reads numbers and booleans from strings and keeps nested JSON as text; `hive` refuses both. */
  readonly engine: "openx" | "hive";
  /** Of the hive engine, in the order in which they are tried; absent = `java.sql.Timestamp.valueOf`. */
  readonly timestampFormats?: readonly string[] | undefined;
  readonly names: FieldNames;
}

export function cellReader(type: ColumnType, rules: CellRules): CellReader {
  switch (type.kind) {
    case "array":
      return arrayReader(type.element, rules);
    case "map":
      return mapReader(type.key, type.value, rules);
    case "struct":
      return structReader(type.fields, rules);
    case "string":
    case "varchar":
    case "char":
      return textReader(type, rules);
    default:
      return scalarReader(scalarParser(type, rules));
  }
}

/** A scalar's cell, `undefined` when it is none of that type. */
type ScalarParser = (kind: "string" | "number" | "boolean", text: string) => Cell | undefined;

function scalarReader(parse: ScalarParser): CellReader {
  return (cursor, mismatch) => {
    const kind = cursor.next();
    if (kind === "null") return null;
    if (kind === "object" || kind === "array") {
      cursor.skipRest(kind);
      mismatch(`Expected a scalar, got JSON ${kind}`);
      return null;
    }
    const cell = parse(kind, cursor.text);
    if (cell !== undefined) return cell;
    mismatch(forInput(cursor.text));
    return null;
  };
}

function scalarParser(type: ColumnType, rules: CellRules): ScalarParser {
  const fromText = rules.engine === "openx";
  const isNumeric = (kind: string) => kind === "number" || (kind === "string" && fromText);
  switch (type.kind) {
    case "boolean":
      return (kind, text) => (kind === "boolean" || (kind === "string" && fromText) ? parseBoolean(text) : undefined);
    case "tinyint":
    case "smallint":
    case "int":
    case "bigint": {
      const bits = INTEGER_BITS[type.kind];
      return (kind, text) => (isNumeric(kind) ? parseInteger(text, bits) : undefined);
    }
    case "float":
    case "double": {
      const round = type.kind === "float" ? Math.fround : (value: number) => value;
      return (kind, text) => (isNumeric(kind) ? parseFloating(text, round) : undefined);
    }
    case "decimal":
      return (kind, text) => {
        const number = isNumeric(kind) ? parseDecimal(text) : undefined;
        return number && scaledInteger(number, type.precision, type.scale);
      };
    case "binary":
      return (kind, text) => (kind === "string" && BASE64.test(text) ? Buffer.from(text, "base64") : undefined);
    case "date":
      return (kind, text) => (kind === "string" ? parseDate(text) : undefined);
    default:
      return timestampParser(rules);
  }
}

const INTEGER_BITS = { tinyint: 8, smallint: 16, int: 32, bigint: 64 } as const;

/** RFC 4648 with its padding; what `Buffer` alone would let pass is more. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function parseBoolean(text: string): boolean | undefined {
  const folded = text.toLowerCase();
  return folded === "true" ? true : folded === "false" ? false : undefined;
}

const SHORT_INTEGER = /^-?\d{1,15}$/;

function parseInteger(text: string, bits: number): number | bigint | undefined {
  if (SHORT_INTEGER.test(text)) {
    const value = Number(text);
    return bits === 64 || (value >= -(2 ** (bits - 1)) && value < 2 ** (bits - 1)) ? value + 0 : undefined;
  }
  const number = parseDecimal(text);
  const value = number && wholeNumber(number, 19);
  if (value === undefined || BigInt.asIntN(bits, value) !== value) return undefined;
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

const FLOATING = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

function parseFloating(text: string, round: (value: number) => number): number | undefined {
  if (!FLOATING.test(text)) return SPECIAL_NUMBERS.get(text);
  const value = round(Number(text));
  return Number.isFinite(value) ? value : undefined;
}

/** As Java writes and reads them; JSON has them in strings only. */
const SPECIAL_NUMBERS = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["+Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);

function timestampParser({ engine, timestampFormats }: CellRules): ScalarParser {
  if (engine === "openx") {
    return (kind, text) => (kind === "string" ? (parseTimestamp(text) ?? parseEpoch(text)) : numericOnly(kind, text));
  }
  if (timestampFormats === undefined || timestampFormats.length === 0) {
    return (kind, text) => (kind === "string" ? parseSqlTimestamp(text) : undefined);
  }
  const parsers = timestampFormats.map((format) => (format === "millis" ? parseEpochMillis : timestampPattern(format)));
  return (kind, text) => {
    if (kind === "boolean") return undefined;
    for (const parse of parsers) {
      const found = parse(text);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

function numericOnly(kind: TokenKind, text: string): TimestampCell | undefined {
  return kind === "number" ? parseEpoch(text) : undefined;
}

/** Text is kept, numbers and booleans as they are written, nested values as JSON text with the keys as they are matched. */
function textReader(type: ColumnType, rules: CellRules): CellReader {
  const fit = lengthCheck(type);
  return (cursor, mismatch) => {
    const kind = cursor.next();
    if (kind === "null") return null;
    const nested = kind === "object" || kind === "array";
    if (nested && rules.engine === "hive") {
      cursor.skipRest(kind);
      mismatch(`Expected a scalar, got JSON ${kind}`);
      return null;
    }
    const text = nested ? cursor.restAsText(kind, rules.names.fold) : cursor.text;
    const fitting = fit(text);
    if (fitting === undefined) mismatch(`Text is longer than ${typeText(type)} allows: ${shortened(text)}`);
    return fitting ?? null;
  };
}

/** Hive pads `char` with blanks that count for nothing; they are not stored. */
function lengthCheck(type: ColumnType): (text: string) => string | undefined {
  if (type.kind !== "varchar" && type.kind !== "char") return (text) => text;
  const { kind, length } = type;
  return (whole) => {
    const text = kind === "char" ? whole.replace(/ +$/, "") : whole;
    return text.length <= length || [...text].length <= length ? text : undefined;
  };
}

function typeText(type: ColumnType): string {
  return "length" in type ? `${type.kind}(${type.length})` : type.kind;
}

function arrayReader(element: ColumnType, rules: CellRules): CellReader {
  const read = cellReader(element, rules);
  return (cursor, mismatch) => {
    const kind = cursor.next();
    if (kind === "null") return null;
    if (kind !== "array") return notStructured("JSONArray", kind, cursor, mismatch);
    const cells: Cell[] = [];
    for (let first = true; cursor.nextElement(first); first = false) cells.push(read(cursor, mismatch));
    return cells;
  };
}

function mapReader(key: ColumnType, value: ColumnType, rules: CellRules): CellReader {
  const readValue = cellReader(value, rules);
  const fit = lengthCheck(key);
  // Keys of JSON are strings, whatever the engine thinks of numbers in strings.
  const parseKey: ScalarParser =
    key.kind === "string" || key.kind === "varchar" || key.kind === "char"
      ? (_kind, text) => fit(text)
      : scalarParser(key, { ...rules, engine: "openx" });
  return (cursor, mismatch) => {
    const kind = cursor.next();
    if (kind === "null") return null;
    if (kind !== "object") return notStructured("JSONObject", kind, cursor, mismatch);
    const entries = new Map<string, Cell>();
    const keys: Cell[] = [];
    for (let name = cursor.nextKey(true); name !== undefined; name = cursor.nextKey(false)) {
      const folded = rules.names.fold(name);
      const cell = parseKey("string", folded);
      if (cell === undefined) mismatch(forInput(name));
      const identity = keyIdentity(cell ?? null);
      if (entries.has(identity)) throw duplicateKey(name);
      entries.set(identity, readValue(cursor, mismatch));
      keys.push(cell ?? null);
    }
    return { keys, values: [...entries.values()] };
  };
}

/** What tells keys apart: `1` and `1.0` are one key of a map with numbers. */
function keyIdentity(key: Cell): string {
  if (Buffer.isBuffer(key)) return key.toString("latin1");
  return typeof key === "object" ? JSON.stringify(key) : String(key);
}

function structReader(fields: readonly Column[], rules: CellRules): CellReader {
  const read = fieldsReader(fields, rules, rules.names.finder(fields));
  return (cursor, mismatch) => {
    const kind = cursor.next();
    if (kind === "null") return null;
    return kind === "object" ? read(cursor, mismatch) : notStructured("JSONObject", kind, cursor, mismatch);
  };
}

/** Reads the fields of an object that was opened into cells in the order of `fields`. */
export function fieldsReader(
  fields: readonly Column[],
  rules: CellRules,
  find: (key: string) => number,
): (cursor: JsonCursor, mismatch: Mismatch) => Cell[] {
  const readers = fields.map(({ type }) => cellReader(type, rules));
  return (cursor, mismatch) => {
    const cells: (Cell | undefined)[] = new Array(readers.length).fill(undefined);
    for (let key = cursor.nextKey(true); key !== undefined; key = cursor.nextKey(false)) {
      const place = find(key);
      const read = readers[place];
      if (read === undefined) cursor.skipRest(cursor.next());
      else if (cells[place] !== undefined) throw duplicateKey(key);
      else cells[place] = read(cursor, mismatch);
    }
    return cells.map((cell) => cell ?? null);
  };
}

function duplicateKey(key: string): MalformedJson {
  return new MalformedJson(`Duplicate key ${JSON.stringify(key)}`);
}

/** In Firehose's words (captured, reference 6.2), down to the second blank. */
function notStructured(wanted: string, kind: TokenKind, cursor: JsonCursor, mismatch: Mismatch): null {
  const text = cursor.text;
  if (kind === "object" || kind === "array") {
    cursor.skipRest(kind);
    mismatch(`Data is not ${wanted}  but JSON ${kind}`);
  } else {
    mismatch(`Data is not ${wanted}  but java.lang.${javaClass(kind, text)} with value ${shortened(text)}`);
  }
  return null;
}

function javaClass(kind: TokenKind, text: string): string {
  if (kind === "boolean") return "Boolean";
  if (kind === "string") return "String";
  return /^-?\d+$/.test(text) ? "Long" : "Double";
}

function forInput(text: string): string {
  return `For input string: ${JSON.stringify(shortened(text))}`;
}

/** Enough of a value to know it again; the record itself stands beside the message. */
const SHOWN_LENGTH_MAX = 200;

function shortened(text: string): string {
  return text.length <= SHOWN_LENGTH_MAX ? text : `${text.slice(0, SHOWN_LENGTH_MAX)}…`;
}
