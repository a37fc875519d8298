import { unsupported } from "../query-error.ts";
import { beginsQuery, restAsQuery } from "./parse-query.ts";
import type { Statement } from "./statement.ts";
import { isSign, isWord, type TokenReader } from "./token-reader.ts";

/** EXPLAIN [ANALYZE [VERBOSE]] [( FORMAT TEXT, TYPE word )] query. The plan is that of the engine here, whatever the type. */
export function parseExplain(reader: TokenReader): Statement {
  const analyze = reader.takes("analyze");
  if (analyze) reader.takes("verbose");
  if (seesOptions(reader)) reader.list(() => takeOption(reader));
  if (!beginsQuery(reader)) {
    throw unsupported(`EXPLAIN of ${reader.current?.value.toUpperCase() ?? "nothing"}`, "there is EXPLAIN of a query");
  }
  return { kind: "explain", query: restAsQuery(reader).query, analyze };
}

function seesOptions(reader: TokenReader): boolean {
  const next = reader.tokens[reader.at + 1];
  return isSign(reader.current, "(") && (isWord(next, "format") || isWord(next, "type"));
}

function takeOption(reader: TokenReader): void {
  if (reader.takes("type")) {
    reader.name("a type of plan");
    return;
  }
  reader.expect("format");
  if (!reader.takes("text")) {
    throw unsupported(`EXPLAIN with FORMAT ${reader.current?.value.toUpperCase() ?? ""}`, "there is FORMAT TEXT");
  }
}
