import type { TranslatedQuery } from "./statement.ts";
import { TokenReader } from "./token-reader.ts";
import { translateQuery } from "./translate-query.ts";

const QUERY_WORDS = ["select", "with", "values"];

export function beginsQuery(reader: TokenReader): boolean {
  return reader.seesSign("(") || QUERY_WORDS.some((word) => reader.sees(word));
}

/** All that is left of the statement, but for its last words, is a query. */
export function restAsQuery(
  reader: TokenReader,
  end: number = reader.tokens.length,
): { readonly originalSql: string; readonly query: TranslatedQuery } {
  const rest = reader.tokens.slice(reader.at, end);
  const [first] = rest;
  const last = rest.at(-1);
  const inner = new TokenReader(reader.sql, rest);
  if (first === undefined || last === undefined || !beginsQuery(inner)) throw inner.expected("a query");
  return { originalSql: reader.sql.slice(first.start, last.end), query: translateQuery(reader.sql, rest) };
}
