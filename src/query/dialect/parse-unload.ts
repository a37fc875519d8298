import { QueryError, unsupported } from "../query-error.ts";
import { checkProperties, parseProperty } from "./new-table-properties.ts";
import { restAsQuery } from "./parse-query.ts";
import type { Statement } from "./statement.ts";
import { isSign, TokenReader } from "./token-reader.ts";

/** UNLOAD ( query ) TO '…' WITH ( property = value, … ) */
export function parseUnload(reader: TokenReader): Extract<Statement, { readonly kind: "unload" }> {
  const end = closingBracket(reader);
  const query = new TokenReader(reader.sql, reader.tokens.slice(reader.at + 1, end));
  reader.at = end + 1;
  reader.expect("to");
  const location = reader.text("a location in quotes");
  const given = reader.takes("with") ? reader.list(() => parseProperty(reader)) : [];
  reader.expectEnd();
  if (given.some(([name]) => name === "external_location")) {
    throw unsupported("The property external_location of UNLOAD", "the location stands after TO");
  }
  if (!given.some(([name]) => name === "format"))
    throw new QueryError("syntax", "UNLOAD: expected WITH (format = '…')");
  const named = given.map(([name, value]) => [name === "compression" ? "write_compression" : name, value] as const);
  const { query: translated } = restAsQuery(query);
  return { kind: "unload", location, properties: checkProperties(named, "UNLOAD"), query: translated };
}

function closingBracket(reader: TokenReader): number {
  if (!reader.seesSign("(")) throw reader.expected("a query in brackets");
  let depth = 0;
  for (let at = reader.at; at < reader.tokens.length; at++) {
    if (isSign(reader.tokens[at], "(")) depth++;
    if (isSign(reader.tokens[at], ")")) depth--;
    if (depth === 0) return at;
  }
  reader.at = reader.tokens.length;
  throw reader.expected("a closing bracket");
}
