import { QueryError, unsupported } from "../query-error.ts";
import { dialectOf } from "./parse-statement.ts";
import { type Token, tokenize } from "./token.ts";
import { isSign } from "./token-reader.ts";

/**
 * Puts values in the place of the question marks of a query, in their order. A value that is written as a literal
 * (`'text'`, `-1.5`, `true`, `DATE '2026-01-01'`) is that literal; anything else is a text of these characters. Either way
 * it is one value and nothing but a value, whatever is in it. Question marks within texts, names and comments are none.
 */
export function bindParameters(sql: string, values: readonly string[]): string {
  return values.length === 0 ? sql : bindEvery(sql, values);
}

/** The same for a statement all of whose question marks have to get a value. */
export function bindEvery(sql: string, values: readonly string[]): string {
  if (dialectOf(sql) === "hive") throw unsupported("A parameter in a statement of the catalog", "write the value");
  const places = tokenize(sql, "trino").filter((token) => isSign(token, "?"));
  if (places.length !== values.length) {
    const message = `Incorrect number of parameters: expected ${places.length} but found ${values.length}`;
    throw new QueryError("syntax", message);
  }
  let at = 0;
  const parts = places.map(({ start, end }, index) => {
    const before = sql.slice(at, start);
    at = end;
    // With blanks around it, no sign next to it can become another one, such as a comment of two minus signs.
    return `${before} ${literal(values[index] ?? "")} `;
  });
  return parts.join("") + sql.slice(at);
}

/** Throws unless a text is written as one value. */
export function requireLiteral(value: string): void {
  if (literalIn(value) !== undefined) return;
  throw unsupported(
    `USING ${value.slice(0, SHOWN_LENGTH_MAX)}`,
    "values are literals such as 1, 'text' or DATE '2026-01-01'",
  );
}

const SHOWN_LENGTH_MAX = 40;

function literal(value: string): string {
  return literalIn(value) ?? quoted(value);
}

function literalIn(value: string): string | undefined {
  const tokens = tokensOf(value);
  const [first, second] = tokens;
  if (tokens.length === 1 && first !== undefined && isPlainLiteral(first)) return written(first);
  if (tokens.length === 2 && first !== undefined && second !== undefined) {
    const signed = second.kind === "number" && (isSign(first, "-") || isSign(first, "+"));
    const typed = second.kind === "text" && first.kind === "word" && TYPES.has(first.value.toLowerCase());
    if (signed || typed) return `${first.value} ${written(second)}`;
  }
  return undefined;
}

const TYPES = new Set(["date", "decimal", "time", "timestamp"]);
const CONSTANTS = new Set(["true", "false", "null"]);

function isPlainLiteral({ kind, value }: Token): boolean {
  return ["text", "number", "bytes"].includes(kind) || (kind === "word" && CONSTANTS.has(value.toLowerCase()));
}

/** Written anew from what was understood, so that comments and what else stands around it stay outside. */
function written({ kind, value }: Token): string {
  return kind === "text" ? quoted(value) : kind === "bytes" ? `X'${value}'` : value;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function tokensOf(value: string): readonly Token[] {
  try {
    return tokenize(value, "trino");
  } catch (error) {
    if (error instanceof QueryError) return [];
    throw error;
  }
}
