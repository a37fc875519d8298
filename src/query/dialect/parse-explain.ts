import { unsupported } from "../query-error.ts";
import { parseCreateTableAs } from "./parse-create-table-as.ts";
import { parseInsert } from "./parse-insert.ts";
import { beginsQuery, restAsQuery } from "./parse-query.ts";
import { parseUnload } from "./parse-unload.ts";
import type { Statement, TranslatedQuery } from "./statement.ts";
import { isSign, isWord, type TokenReader } from "./token-reader.ts";

/**
 * EXPLAIN [ANALYZE [VERBOSE]] [( FORMAT TEXT, TYPE word )] query or a statement that writes the rows of one. The plan is that
 * of the engine here, whatever the type, and always that of the query: what is written says nothing about it.
 */
export function parseExplain(reader: TokenReader): Statement {
  const analyze = reader.takes("analyze");
  if (analyze) reader.takes("verbose");
  if (seesOptions(reader)) reader.list(() => takeOption(reader));
  if (beginsQuery(reader)) return { kind: "explain", query: restAsQuery(reader).query, analyze };
  const word = reader.current?.value.toUpperCase() ?? "nothing";
  const query = writtenQuery(reader);
  if (query === undefined) {
    throw unsupported(`EXPLAIN of ${word}`, "there is EXPLAIN of a query, INSERT INTO, CREATE TABLE AS and UNLOAD");
  }
  if (analyze) {
    throw unsupported(`EXPLAIN ANALYZE of ${word}`, "it would write; leave ANALYZE out, or explain the query alone");
  }
  return { kind: "explain", query, analyze };
}

function writtenQuery(reader: TokenReader): TranslatedQuery | undefined {
  if (reader.takes("insert")) return parseInsert(reader).query;
  if (reader.takes("unload")) return parseUnload(reader).query;
  return reader.takes("create", "table") ? parseCreateTableAs(reader)?.query : undefined;
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
