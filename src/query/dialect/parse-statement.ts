import { QueryError, unsupported } from "../query-error.ts";
import { parseAlterTable } from "./parse-alter-table.ts";
import { parseCreateDatabase, parseCreateTable } from "./parse-create-table.ts";
import { databaseName, tableName } from "./parse-names.ts";
import { parseShow } from "./parse-show.ts";
import type { Statement } from "./statement.ts";
import { type TokenDialect, tokenize } from "./token.ts";
import { isSign, TokenReader } from "./token-reader.ts";
import { translateQuery } from "./translate-query.ts";

/**
 * Reads one statement as Athena's users write it. Queries come back as SQL for DuckDB; what changes or shows the catalog
 * comes back as data. A word that begins no statement of this list ends here: nothing of DuckDB's own statements (COPY,
 * ATTACH, PRAGMA, SET, INSTALL, …) is ever handed on.
 */
export function parseStatement(sql: string): Statement {
  const reader = new TokenReader(sql, oneStatement(sql));
  if (reader.ended) throw new QueryError("syntax", "The statement is empty");
  if (reader.seesSign("(") || QUERY_WORDS.some((word) => reader.sees(word))) return query(reader);
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
  "there are SELECT, CREATE and DROP of databases, external tables and views, ALTER TABLE, MSCK REPAIR TABLE, SHOW and DESCRIBE";

const QUERY_WORDS = ["select", "with", "values"];

const PARSERS: Readonly<Record<string, ((reader: TokenReader) => Statement) | undefined>> = Object.assign(
  Object.create(null),
  {
    alter: parseAlterTable,
    create: parseCreate,
    desc: parseDescribe,
    describe: parseDescribe,
    drop: parseDrop,
    insert: () => {
      throw unsupported("INSERT INTO", "records come in through a delivery stream");
    },
    msck: parseRepair,
    show: parseShow,
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

/** Views and CREATE TABLE AS carry a query of Trino's; the rest of the DDL is Hive's. */
export function dialectOf(sql: string): TokenDialect {
  const start = sql.replace(/^(?:\s+|--[^\n]*\n|\/\*.*?\*\/)*/s, "");
  if (/^create\s+(external|database|schema)\b/i.test(start)) return "hive";
  return /^(alter|desc|describe|drop|msck|show)\b/i.test(start) ? "hive" : "trino";
}

function query(reader: TokenReader): Statement {
  return { kind: "query", sql: translateQuery(reader.sql, reader.tokens) };
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
    const asQuery = reader.tokens
      .slice(reader.at)
      .some(({ kind, value }) => kind === "word" && value.toLowerCase() === "as");
    if (asQuery) throw unsupported("CREATE TABLE AS", "only a CREATE EXTERNAL TABLE over files that are there is");
    throw unsupported("CREATE TABLE without EXTERNAL", "write CREATE EXTERNAL TABLE");
  }
  throw unsupported(`CREATE ${wordAt(reader)}`, "there are CREATE DATABASE, EXTERNAL TABLE and VIEW");
}

function parseCreateView(reader: TokenReader, orReplace: boolean): Statement {
  const name = tableName(reader);
  if (reader.seesSign("(")) throw unsupported("A list of columns in CREATE VIEW", "name them with AS in the query");
  reader.expect("as");
  const rest = reader.tokens.slice(reader.at);
  const [first] = rest;
  const last = rest.at(-1);
  const inner = new TokenReader(reader.sql, rest);
  if (first === undefined || last === undefined) throw reader.expected("a query");
  if (!inner.seesSign("(") && !QUERY_WORDS.some((word) => inner.sees(word))) throw inner.expected("a query");
  const originalSql = reader.sql.slice(first.start, last.end);
  return { kind: "create-view", name, orReplace, originalSql, sql: translateQuery(reader.sql, rest) };
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
