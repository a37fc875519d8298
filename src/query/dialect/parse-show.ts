import { unsupported } from "../query-error.ts";
import { databaseName, tableName } from "./parse-names.ts";
import type { Statement } from "./statement.ts";
import type { TokenReader } from "./token-reader.ts";

/** SHOW DATABASES | TABLES | VIEWS | COLUMNS | PARTITIONS | CREATE TABLE | CREATE VIEW | TBLPROPERTIES */
export function parseShow(reader: TokenReader): Statement {
  const statement = parseKind(reader);
  reader.expectEnd();
  return statement;
}

function parseKind(reader: TokenReader): Statement {
  if (reader.takes("databases") || reader.takes("schemas")) return { kind: "show-databases", ...pattern(reader) };
  if (reader.takes("tables")) return { kind: "show-tables", ...within(reader), ...pattern(reader) };
  if (reader.takes("views")) return { kind: "show-views", ...within(reader), ...pattern(reader) };
  if (reader.takes("partitions")) return { kind: "show-partitions", name: tableName(reader) };
  if (reader.takes("create", "table") || reader.takes("create", "view")) {
    return { kind: "show-create-table", name: tableName(reader) };
  }
  if (reader.takes("tblproperties")) return parseProperties(reader);
  if (reader.takes("columns")) return parseColumns(reader);
  throw unsupported(
    `SHOW ${reader.current?.value.toUpperCase() ?? ""}`,
    "there are SHOW DATABASES, TABLES, VIEWS, COLUMNS, PARTITIONS, CREATE TABLE and TBLPROPERTIES",
  );
}

/** `SHOW TBLPROPERTIES table [('property')]` */
function parseProperties(reader: TokenReader): Statement {
  const name = tableName(reader);
  if (reader.ended) return { kind: "show-table-properties", name };
  reader.expectSign("(");
  const property = reader.text("the name of a property in quotes");
  reader.expectSign(")");
  return { kind: "show-table-properties", name, property };
}

/** `SHOW COLUMNS IN table [IN database]` */
function parseColumns(reader: TokenReader): Statement {
  if (!reader.takes("in")) reader.expect("from");
  const name = tableName(reader);
  const { database } = within(reader);
  return { kind: "show-columns", name: database === undefined ? name : { ...name, database } };
}

function within(reader: TokenReader): { readonly database?: string } {
  return reader.takes("in") || reader.takes("from") ? { database: databaseName(reader) } : {};
}

/** `[LIKE] 'pattern'` */
function pattern(reader: TokenReader): { readonly pattern?: string } {
  if (reader.takes("like")) return { pattern: reader.text("a pattern in quotes") };
  return reader.current?.kind === "text" ? { pattern: reader.text("a pattern in quotes") } : {};
}
