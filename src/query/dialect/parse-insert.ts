import { unsupported } from "../query-error.ts";
import { tableName } from "./parse-names.ts";
import { restAsQuery } from "./parse-query.ts";
import type { Statement } from "./statement.ts";
import { isSign, type TokenReader } from "./token-reader.ts";

/** INSERT INTO name [( column, … )] query */
export function parseInsert(reader: TokenReader): Extract<Statement, { readonly kind: "insert" }> {
  refuseOverwrite(reader);
  reader.expect("into");
  reader.takes("table");
  const name = tableName(reader);
  if (reader.sees("partition")) {
    throw unsupported("PARTITION in INSERT INTO", "partition keys are the last columns of the query");
  }
  const columns = seesColumns(reader)
    ? reader.list(() => reader.name("the name of a column").toLowerCase())
    : undefined;
  return { kind: "insert", name, ...(columns !== undefined && { columns }), query: restAsQuery(reader).query };
}

/** Hive's; neither Athena nor we have it, because readers who list folders would meet a table without its rows. */
function refuseOverwrite(reader: TokenReader): void {
  if (!reader.takes("overwrite")) return;
  const local = reader.takes("local");
  if (local || reader.sees("directory")) {
    throw unsupported("INSERT OVERWRITE DIRECTORY", "UNLOAD (SELECT …) TO 's3://…' writes rows into an empty folder");
  }
  throw unsupported(
    "INSERT OVERWRITE",
    "INSERT INTO adds rows. To replace all rows of a table, CREATE TABLE … AS another one and ALTER TABLE … RENAME TO; to replace those of a partition, UNLOAD or INSERT the new rows elsewhere and ALTER TABLE … PARTITION (…) SET LOCATION",
  );
}

/** A bracket begins a list of columns, or a query: then a word of queries or another bracket follows. */
function seesColumns(reader: TokenReader): boolean {
  if (!reader.seesSign("(")) return false;
  const next = reader.tokens[reader.at + 1];
  const beginsQuery = next?.kind === "word" && ["select", "with", "values"].includes(next.value.toLowerCase());
  return !beginsQuery && !isSign(next, "(");
}
