import { QueryError } from "../query-error.ts";
import { NESTING_MAX, STATEMENT_LENGTH_MAX, TOKENS_MAX } from "../query-limits.ts";

/**
 * A word, sign or literal of a statement. `value` is what it means (a name without its quotes, a text without its
 * escapes); `start` and `end` say where it stands.
 */
export interface Token {
  readonly kind: "word" | "quoted-name" | "text" | "number" | "bytes" | "sign";
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Athena has two parsers. Its DDL is Hive's, where texts come in either quote and a backslash escapes; its queries are
 * Trino's, where double quotes make names and a backslash is a backslash.
 */
export type TokenDialect = "hive" | "trino";

/**
 * Cuts a statement into tokens. What is not in the grammar of either dialect (`$$`, `{`, `::`, `@`, `#`) is refused here, so
 * that nothing of DuckDB's own syntax gets through by accident.
 */
export function tokenize(sql: string, dialect: TokenDialect): readonly Token[] {
  if (sql.length > STATEMENT_LENGTH_MAX) {
    const message = `A statement may have ${STATEMENT_LENGTH_MAX} characters, got ${sql.length}`;
    throw new QueryError("limit-exceeded", message);
  }
  const tokens: Token[] = [];
  let depth = 0;
  for (let at = skipBlank(sql, 0); at < sql.length; ) {
    const token = readToken(sql, at, dialect);
    if (token.kind === "sign" && OPENING.has(token.value)) depth++;
    if (token.kind === "sign" && CLOSING.has(token.value)) depth--;
    if (depth > NESTING_MAX) {
      throw new QueryError("limit-exceeded", `Brackets may be nested ${NESTING_MAX} deep, here are more`);
    }
    tokens.push(token);
    if (tokens.length > TOKENS_MAX) {
      throw new QueryError("limit-exceeded", `A statement may have ${TOKENS_MAX} words and signs, here are more`);
    }
    at = skipBlank(sql, token.end);
  }
  return tokens;
}

const OPENING = new Set(["(", "["]);
const CLOSING = new Set([")", "]"]);

const BLANK = /\s+/y;
const LINE_COMMENT = /--[^\n]*/y;
const WORD = /[\p{L}_][\p{L}\p{N}_]*/uy;
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const SIGN = /->|=>|<>|!=|<=|>=|\|\||[-+*/%=<>(),.;:?[\]]/y;
const BYTES = /[xX]'[0-9a-fA-F\s]*'/y;

function skipBlank(sql: string, start: number): number {
  let at = start;
  for (;;) {
    const before = at;
    at += match(BLANK, sql, at).length;
    at += match(LINE_COMMENT, sql, at).length;
    if (sql.startsWith("/*", at)) {
      const end = sql.indexOf("*/", at + 2);
      if (end === -1) throw syntaxError(sql, at, "a comment that ends with */");
      at = end + 2;
    }
    if (at === before) return at;
  }
}

function readToken(sql: string, start: number, dialect: TokenDialect): Token {
  const bytes = match(BYTES, sql, start);
  if (bytes !== "") return token("bytes", bytes.slice(2, -1).replace(/\s/g, ""), start, bytes.length);
  const word = match(WORD, sql, start);
  if (word !== "") return token("word", word, start, word.length);
  const number = match(NUMBER, sql, start);
  if (number !== "") {
    if (match(WORD, sql, start + number.length) !== "") throw syntaxError(sql, start, "a number or a name in quotes");
    return token("number", number, start, number.length);
  }
  const quote = sql[start];
  if (quote === "'" || quote === '"') return readQuoted(sql, start, quote, dialect);
  if (quote === "`") return readQuoted(sql, start, quote, "trino");
  const sign = match(SIGN, sql, start);
  if (sign === "") throw syntaxError(sql, start, "a word, a value or an operator");
  return token("sign", sign, start, sign.length);
}

function token(kind: Token["kind"], value: string, start: number, length: number): Token {
  return { kind, value, start, end: start + length };
}

/** A doubled quote stands for itself in both dialects. */
function readQuoted(sql: string, start: number, quote: string, dialect: TokenDialect): Token {
  const kind = quote === "`" || (quote === '"' && dialect === "trino") ? "quoted-name" : "text";
  let value = "";
  for (let at = start + 1; at < sql.length; at++) {
    const character = sql[at] ?? "";
    if (character === "\\" && dialect === "hive") {
      const escaped = readEscape(sql, at);
      value += escaped.value;
      at += escaped.length - 1;
    } else if (character !== quote) value += character;
    else if (sql[at + 1] === quote) {
      value += quote;
      at++;
    } else if (value === "" && kind === "quoted-name") throw syntaxError(sql, start, "a name between the quotes");
    else return token(kind, value, start, at + 1 - start);
  }
  throw syntaxError(sql, start, `a closing ${quote}`);
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", "0": "\0", Z: "\u001a" };

function readEscape(sql: string, at: number): { readonly value: string; readonly length: number } {
  const octal = /^[0-3][0-7]{2}/.exec(sql.slice(at + 1, at + 4))?.[0];
  if (octal !== undefined) return { value: String.fromCharCode(Number.parseInt(octal, 8)), length: 4 };
  const unicode = /^u([0-9a-fA-F]{4})/.exec(sql.slice(at + 1, at + 6))?.[1];
  if (unicode !== undefined) return { value: String.fromCharCode(Number.parseInt(unicode, 16)), length: 6 };
  const next = sql[at + 1] ?? "";
  return { value: ESCAPES[next] ?? next, length: 2 };
}

function match(expression: RegExp, sql: string, at: number): string {
  expression.lastIndex = at;
  return expression.exec(sql)?.[0] ?? "";
}

/** What was expected where, with what stands there. */
export function syntaxError(sql: string, at: number, expected: string): QueryError {
  const before = sql.slice(0, at);
  const line = before.split("\n").length;
  const column = at - before.lastIndexOf("\n");
  const rest = sql.slice(at, at + SHOWN_LENGTH_MAX).split("\n", 1)[0] ?? "";
  const got = at >= sql.length ? "the end of the statement" : JSON.stringify(rest);
  return new QueryError("syntax", `Line ${line}:${column}: expected ${expected}, got ${got}`);
}

/** How much of a statement is repeated in a message. */
const SHOWN_LENGTH_MAX = 40;
