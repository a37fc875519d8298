import { QueryError, unsupported } from "../query-error.ts";
import { parseAlterTable } from "./parse-alter-table.ts";
import { parseCreateDatabase, parseCreateTable } from "./parse-create-table.ts";
import { parseCreateTableAs } from "./parse-create-table-as.ts";
import { parseExplain } from "./parse-explain.ts";
import { parseInsert } from "./parse-insert.ts";
import { databaseName, tableName } from "./parse-names.ts";
import { parseDeallocate, parseExecute } from "./parse-prepared.ts";
import { beginsQuery, restAsQuery } from "./parse-query.ts";
import { parseShow } from "./parse-show.ts";
import { parseUnload } from "./parse-unload.ts";
import type { Statement } from "./statement.ts";
import { type TokenDialect, tokenize } from "./token.ts";
import { isSign, TokenReader } from "./token-reader.ts";

/**
 * Reads one statement as Athena's users write it. Queries come back as SQL for DuckDB; what changes or shows the catalog
 * comes back as data. A word that begins no statement of this list ends here: nothing of DuckDB's own statements (COPY,
 * ATTACH, PRAGMA, SET, INSTALL, …) is ever handed on.
 */
export function parseStatement(sql: string): Statement {
  const reader = new TokenReader(sql, oneStatement(sql));
  if (reader.ended) throw new QueryError("syntax", "The statement is empty");
  if (beginsQuery(reader)) return { kind: "query", query: restAsQuery(reader).query };
  const parse = PARSERS[reader.current?.kind === "word" ? reader.current.value.toLowerCase() : ""];
  if (parse === undefined) {
    const word = reader.current?.kind === "word" ? reader.current.value.toUpperCase() : undefined;
    throw word === undefined
      ? reader.expected("a statement such as SELECT, CREATE or SHOW")
      : unsupported(word, SUPPORTED);
  }
  reader.at++;
  return parse(reader);
}

const SUPPORTED =
  "there are SELECT, INSERT INTO, CREATE TABLE AS, UNLOAD, CREATE and DROP of databases, external tables and views, ALTER TABLE, MSCK REPAIR TABLE, SHOW, DESCRIBE, EXPLAIN, PREPARE, EXECUTE and DEALLOCATE";

const PARSERS: Readonly<Record<string, ((reader: TokenReader) => Statement) | undefined>> = Object.assign(
  Object.create(null),
  {
    alter: parseAlterTable,
    create: parseCreate,
    deallocate: parseDeallocate,
    desc: parseDescribe,
    describe: parseDescribe,
    drop: parseDrop,
    execute: parseExecute,
    explain: parseExplain,
    insert: parseInsert,
    msck: parseRepair,
    prepare: parsePrepare,
    show: parseShow,
    unload: parseUnload,
  },
);

/** The tokens of the only statement; one semicolon may end it. */
function oneStatement(sql: string) {
  const tokens = tokenize(sql, dialectOf(sql));
  const end = tokens.findIndex((token) => isSign(token, ";"));
  if (end === -1) return tokens;
  if (tokens.slice(end).some((token) => !isSign(token, ";"))) throw unsupported("More than one statement at a time");
  return tokens.slice(0, end);
}

/** Views, CREATE TABLE AS and INSERT carry a query of Trino's; the rest of the DDL is Hive's. */
export function dialectOf(sql: string): TokenDialect {
  const start = sql.replace(/^(?:\s+|--[^\n]*\n|\/\*.*?\*\/)*/s, "");
  if (/^create\s+(external|database|schema)\b/i.test(start)) return "hive";
  return /^(alter|desc|describe|drop|msck|show)\b/i.test(start) ? "hive" : "trino";
}

function parseCreate(reader: TokenReader): Statement {
  if (reader.takes("external")) {
    reader.expect("table");
    return parseCreateTable(reader);
  }
  if (reader.takes("database") || reader.takes("schema")) return parseCreateDatabase(reader);
  const orReplace = reader.takes("or", "replace");
  if (reader.takes("view")) return parseCreateView(reader, orReplace);
  if (!orReplace && reader.takes("table")) {
    const rest = new TokenReader(reader.sql, reader.tokens.slice(reader.at));
    const statement = parseCreateTableAs(rest);
    if (statement !== undefined) return statement;
    throw unsupported("CREATE TABLE without EXTERNAL", "write CREATE EXTERNAL TABLE, or CREATE TABLE … AS");
  }
  throw unsupported(`CREATE ${wordAt(reader)}`, "there are CREATE DATABASE, EXTERNAL TABLE and VIEW");
}

function parseCreateView(reader: TokenReader, orReplace: boolean): Statement {
  const name = tableName(reader);
  if (reader.seesSign("(")) throw unsupported("A list of columns in CREATE VIEW", "name them with AS in the query");
  reader.expect("as");
  const { originalSql, query } = restAsQuery(reader);
  return { kind: "create-view", name, orReplace, originalSql, query };
}

function parseDrop(reader: TokenReader): Statement {
  if (reader.takes("database") || reader.takes("schema")) {
    const ifExists = reader.takes("if", "exists");
    const name = databaseName(reader);
    const cascade = reader.takes("cascade");
    if (!cascade) reader.takes("restrict");
    reader.expectEnd();
    return { kind: "drop-database", name, ifExists, cascade };
  }
  const kind = reader.takes("table") ? "drop-table" : reader.takes("view") ? "drop-view" : undefined;
  if (kind === undefined) throw unsupported(`DROP ${wordAt(reader)}`, "there are DROP DATABASE, TABLE and VIEW");
  const ifExists = reader.takes("if", "exists");
  const name = tableName(reader);
  reader.expectEnd();
  return { kind, name, ifExists };
}

const PREPARED_KINDS: readonly string[] = ["create-table-as", "insert", "query", "unload"];

/** PREPARE name FROM statement */
function parsePrepare(reader: TokenReader): Statement {
  const name = reader.name("the name of a prepared statement");
  reader.expect("from");
  const start = reader.current?.start;
  if (start === undefined) throw reader.expected("a statement");
  const sql = reader.sql.slice(start, reader.tokens.at(-1)?.end);
  if (PREPARED_KINDS.includes(parseStatement(sql).kind)) return { kind: "prepare", name, sql };
  throw unsupported(`PREPARE of ${wordAt(reader)}`, "there are queries, INSERT INTO, CREATE TABLE AS and UNLOAD");
}

function parseDescribe(reader: TokenReader): Statement {
  if (!reader.takes("extended")) reader.takes("formatted");
  reader.takes("table");
  const name = tableName(reader);
  reader.expectEnd();
  return { kind: "describe-table", name };
}

function parseRepair(reader: TokenReader): Statement {
  reader.expect("repair", "table");
  const name = tableName(reader);
  reader.expectEnd();
  return { kind: "repair-table", name };
}

function wordAt(reader: TokenReader): string {
  return reader.current?.value.toUpperCase() ?? "";
}
