import { unsupported } from "../query-error.ts";
import { checkProperties, parseProperty } from "./new-table-properties.ts";
import { tableName } from "./parse-names.ts";
import { restAsQuery } from "./parse-query.ts";
import type { Statement } from "./statement.ts";
import type { TokenReader } from "./token-reader.ts";

type CreateTableAs = Extract<Statement, { readonly kind: "create-table-as" }>;

/**
 * CREATE TABLE [IF NOT EXISTS] name [WITH ( property = value, … )] AS query [WITH [NO] DATA]
 *
 * `undefined` for other statements that begin with CREATE TABLE.
 */
export function parseCreateTableAs(reader: TokenReader): CreateTableAs | undefined {
  const ifNotExists = reader.takes("if", "not", "exists");
  const name = tableName(reader);
  if (reader.seesSign("(")) {
    const asQuery = reader.tokens.some(({ kind, value }) => kind === "word" && value.toLowerCase() === "as");
    if (asQuery) throw unsupported("A list of columns in CREATE TABLE AS", "name them with AS in the query");
    return undefined;
  }
  if (reader.sees("comment")) throw unsupported("COMMENT in CREATE TABLE AS");
  const given = reader.takes("with") ? reader.list(() => parseProperty(reader)) : [];
  const properties = checkProperties(given, "CREATE TABLE AS");
  reader.expect("as");
  const { withData, end } = endOfQuery(reader);
  return { kind: "create-table-as", name, ifNotExists, properties, withData, query: restAsQuery(reader, end).query };
}

function endOfQuery(reader: TokenReader): { readonly withData: boolean; readonly end: number } {
  const words = reader.tokens.slice(-3).map(({ kind, value }) => (kind === "word" ? value.toLowerCase() : ""));
  const length = reader.tokens.length;
  if (words.join(" ") === "with no data") return { withData: false, end: length - 3 };
  return { withData: true, end: words.slice(1).join(" ") === "with data" ? length - 2 : length };
}
