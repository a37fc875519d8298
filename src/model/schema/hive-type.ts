import type { Column, ColumnType, SimpleKind } from "./column-type.ts";
import { SchemaError } from "./schema-error.ts";
import {
  CHAR_LENGTH_MAX,
  COLUMNS_MAX,
  DECIMAL_PRECISION_DEFAULT,
  DECIMAL_PRECISION_MAX,
  TYPE_DEPTH_MAX,
  TYPE_TEXT_LENGTH_MAX,
  VARCHAR_LENGTH_MAX,
} from "./schema-limits.ts";

/**
 * Types as Hive and Glue write them (reference 6.3), read and written:
 *
 *     type   = simple | decimal | text | array | map | struct
 *     decimal = "decimal" [ "(" precision [ "," scale ] ")" ]
 *     text   = ("varchar" | "char") "(" length ")"
 *     array  = "array" "<" type ">"
 *     map    = "map" "<" simple type "," type ">"
 *     struct = "struct" "<" name ":" type { "," name ":" type } ">"
 *
 * Words of types come in any letter case, spaces may stand between all words and signs. Field names keep their letters;
 * one with signs of the grammar in it is written in backquotes, a backquote inside doubled.
 */
export function parseHiveType(text: string): ColumnType {
  if (text.length > TYPE_TEXT_LENGTH_MAX) {
    throw new SchemaError(`A type may have ${TYPE_TEXT_LENGTH_MAX} characters, got one of ${text.length}`);
  }
  return new Parser(text).parse();
}

/** The text of a type, as Hive writes it: lower case, without spaces. */
export function formatHiveType(type: ColumnType): string {
  switch (type.kind) {
    case "decimal":
      return `decimal(${type.precision},${type.scale})`;
    case "varchar":
    case "char":
      return `${type.kind}(${type.length})`;
    case "array":
      return `array<${formatHiveType(type.element)}>`;
    case "map":
      return `map<${formatHiveType(type.key)},${formatHiveType(type.value)}>`;
    case "struct":
      return `struct<${type.fields.map((field) => `${formatName(field.name)}:${formatHiveType(field.type)}`).join(",")}>`;
    default:
      return type.kind;
  }
}

/** The types without parts, by the words that Hive has for them. */
export const SIMPLE_TYPES: Readonly<Record<string, SimpleKind>> = {
  bigint: "bigint",
  binary: "binary",
  boolean: "boolean",
  date: "date",
  double: "double",
  "double precision": "double",
  float: "float",
  int: "int",
  integer: "int",
  long: "bigint",
  real: "float",
  short: "smallint",
  smallint: "smallint",
  string: "string",
  timestamp: "timestamp",
  tinyint: "tinyint",
};

const EXPECTED = "a type such as int, decimal(10,2), array<string>, map<string,int> or struct<a:int>";

/** What else occurs in tables, and what to write instead. */
const ADVICE: Readonly<Record<string, string>> = {
  set: "Hive has no sets: write array<…>",
  uniontype: "unions cannot be written to files: write string, and the JSON text is kept",
  number: "write bigint, double or decimal(p,s)",
  json: "write string, and the JSON text is kept",
};

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): ColumnType {
    const type = this.#type(1);
    this.#skipSpaces();
    if (this.#at < this.#text.length) throw this.#expected("the end of the type");
    return type;
  }

  #type(depth: number): ColumnType {
    if (depth > TYPE_DEPTH_MAX) throw this.#expected(`a type of at most ${TYPE_DEPTH_MAX} levels`);
    this.#skipSpaces();
    const start = this.#at;
    const word = this.#word();
    switch (word) {
      case "array":
        return this.#within(() => ({ kind: "array", element: this.#type(depth + 1) }));
      case "map":
        return this.#within(() => this.#map(depth));
      case "struct":
        return this.#within(() => ({ kind: "struct", fields: this.#fields(depth) }));
      case "decimal":
      case "numeric":
      case "dec":
        return this.#decimal();
      case "varchar":
      case "char":
        return { kind: word, length: this.#length(word) };
      default: {
        const kind = Object.hasOwn(SIMPLE_TYPES, word) ? SIMPLE_TYPES[word] : undefined;
        if (kind !== undefined) return { kind };
        this.#at = start;
        throw this.#expected(EXPECTED, Object.hasOwn(ADVICE, word) ? ADVICE[word] : undefined);
      }
    }
  }

  #map(depth: number): ColumnType {
    const start = this.#at;
    const key = this.#type(depth + 1);
    if (key.kind === "array" || key.kind === "map" || key.kind === "struct") {
      this.#at = start;
      throw this.#expected("a simple type for the keys of a map");
    }
    this.#sign(",");
    return { kind: "map", key, value: this.#type(depth + 1) };
  }

  #fields(depth: number): readonly Column[] {
    const fields: Column[] = [];
    do {
      if (fields.length === COLUMNS_MAX) throw this.#expected(`at most ${COLUMNS_MAX} fields`);
      const name = this.#name();
      this.#sign(":");
      fields.push({ name, type: this.#type(depth + 1) });
    } while (this.#takes(","));
    return fields;
  }

  #decimal(): ColumnType {
    if (!this.#takes("(")) return { kind: "decimal", precision: DECIMAL_PRECISION_DEFAULT, scale: 0 };
    const precision = this.#number("a precision", 1, DECIMAL_PRECISION_MAX);
    const scale = this.#takes(",") ? this.#number("a scale", 0, precision) : 0;
    this.#sign(")");
    return { kind: "decimal", precision, scale };
  }

  #length(word: "varchar" | "char"): number {
    this.#sign("(");
    const length = this.#number("a length", 1, word === "char" ? CHAR_LENGTH_MAX : VARCHAR_LENGTH_MAX);
    this.#sign(")");
    return length;
  }

  #within(parse: () => ColumnType): ColumnType {
    this.#sign("<");
    const type = parse();
    this.#sign(">");
    return type;
  }

  #word(): string {
    const word = this.#match(/[A-Za-z][A-Za-z0-9_]*/y).toLowerCase();
    // The one type of two words.
    if (word === "double" && this.#match(/\s+precision\b/iy) !== "") return "double precision";
    return word;
  }

  #name(): string {
    this.#skipSpaces();
    const start = this.#at;
    const quoted = this.#match(/`(?:[^`]|``)+`/y);
    if (quoted !== "") return quoted.slice(1, -1).replaceAll("``", "`");
    const name = this.#match(/[^`<>():,]+/y).trim();
    if (name !== "") return name;
    this.#at = start;
    throw this.#expected("the name of a field");
  }

  #number(what: string, min: number, max: number): number {
    this.#skipSpaces();
    const start = this.#at;
    const digits = this.#match(/\d{1,6}/y);
    const value = Number(digits);
    if (digits !== "" && value >= min && value <= max) return value;
    this.#at = start;
    throw this.#expected(`${what} from ${min} to ${max}`);
  }

  #sign(sign: string): void {
    if (!this.#takes(sign)) throw this.#expected(`"${sign}"`);
  }

  #takes(sign: string): boolean {
    this.#skipSpaces();
    if (this.#text[this.#at] !== sign) return false;
    this.#at++;
    return true;
  }

  #skipSpaces(): void {
    this.#match(/\s+/y);
  }

  /** Takes what a sticky expression matches here, or nothing. */
  #match(expression: RegExp): string {
    expression.lastIndex = this.#at;
    const found = expression.exec(this.#text)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }

  #expected(what: string, advice?: string): SchemaError {
    this.#skipSpaces();
    const rest = this.#text.slice(this.#at, this.#at + SHOWN_LENGTH_MAX);
    const more = this.#at + SHOWN_LENGTH_MAX < this.#text.length ? "…" : "";
    const got = rest === "" ? "the end" : `"${rest}${more}"`;
    const whole = this.#text.length > 2 * SHOWN_LENGTH_MAX ? "" : ` of "${this.#text}"`;
    const hint = advice === undefined ? "" : `; ${advice}`;
    return new SchemaError(`Expected ${what} at character ${this.#at + 1}${whole}, got ${got}${hint}`);
  }
}

/** How much of a text is repeated in a message. */
const SHOWN_LENGTH_MAX = 60;

/** Written as it is when the reader above takes it as it is. */
function formatName(name: string): string {
  if (/^[^`<>():,]+$/.test(name) && name.trim() === name) return name;
  return `\`${name.replaceAll("`", "``")}\``;
}
