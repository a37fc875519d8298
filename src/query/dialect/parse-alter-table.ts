import { unsupported } from "../query-error.ts";
import { parseColumn } from "./parse-create-table.ts";
import { properties, tableName } from "./parse-names.ts";
import type { PartitionSpecification, Statement, TableName } from "./statement.ts";
import type { TokenReader } from "./token-reader.ts";

/**
 * ALTER TABLE name ADD [IF NOT EXISTS] PARTITION (k = 'v', …) [LOCATION '…'] …
 *                | DROP [IF EXISTS] PARTITION (k = 'v', …), …
 *                | PARTITION (k = 'v', …) SET LOCATION '…' | PARTITION (…) RENAME TO PARTITION (…)
 *                | ADD COLUMNS (…) | REPLACE COLUMNS (…) | CHANGE [COLUMN] name name type [COMMENT '…']
 *                | SET LOCATION '…' | SET TBLPROPERTIES (…) | RENAME TO name
 */
export function parseAlterTable(reader: TokenReader): Statement {
  if (!reader.takes("table"))
    throw unsupported(`ALTER ${reader.current?.value.toUpperCase() ?? ""}`, "there is ALTER TABLE");
  const name = tableName(reader);
  const statement = parseAction(reader, name);
  reader.expectEnd();
  return statement;
}

function parseAction(reader: TokenReader, name: TableName): Statement {
  if (reader.takes("add", "columns")) {
    return { kind: "add-columns", name, columns: reader.list(() => parseColumn(reader)) };
  }
  if (reader.takes("replace", "columns")) {
    return { kind: "replace-columns", name, columns: reader.list(() => parseColumn(reader)) };
  }
  if (reader.takes("change")) {
    reader.takes("column");
    const column = reader.name("the name of a column").toLowerCase();
    return { kind: "change-column", name, column, to: parseColumn(reader) };
  }
  if (reader.takes("rename", "to")) return { kind: "rename-table", name, to: tableName(reader) };
  if (reader.takes("partition")) return parsePartitionAction(reader, name);
  if (reader.takes("set", "location"))
    return { kind: "set-location", name, location: reader.text("a location in quotes") };
  if (reader.takes("set", "tblproperties")) return { kind: "set-properties", name, properties: properties(reader) };
  if (reader.takes("add")) {
    const ifNotExists = reader.takes("if", "not", "exists");
    return { kind: "add-partitions", name, ifNotExists, partitions: parsePartitions(reader) };
  }
  if (reader.takes("drop")) {
    const ifExists = reader.takes("if", "exists");
    if (!reader.sees("partition")) throw unsupported(`ALTER TABLE DROP ${reader.current?.value.toUpperCase() ?? ""}`);
    return { kind: "drop-partitions", name, ifExists, partitions: parsePartitions(reader) };
  }
  throw unsupported(
    `ALTER TABLE ${reader.current?.value.toUpperCase() ?? ""}`,
    "there are ADD, REPLACE, CHANGE, DROP, RENAME TO and SET",
  );
}

function parsePartitionAction(reader: TokenReader, name: TableName): Statement {
  const partition = { values: parseValues(reader) };
  if (reader.takes("rename", "to", "partition")) {
    return { kind: "rename-partition", name, partition, to: { values: parseValues(reader) } };
  }
  reader.expect("set", "location");
  return { kind: "set-location", name, partition, location: reader.text("a location in quotes") };
}

function parsePartitions(reader: TokenReader): readonly PartitionSpecification[] {
  const partitions: PartitionSpecification[] = [];
  do {
    reader.expect("partition");
    const values = parseValues(reader);
    const location = reader.takes("location") ? reader.text("a location in quotes") : undefined;
    partitions.push({ values, ...(location !== undefined && { location }) });
  } while (reader.takesSign(",") || reader.sees("partition"));
  return partitions;
}

function parseValues(reader: TokenReader): ReadonlyMap<string, string> {
  return new Map(reader.list(() => parseValue(reader)));
}

function parseValue(reader: TokenReader): readonly [key: string, value: string] {
  const key = reader.name("a partition key").toLowerCase();
  reader.expectSign("=");
  const token = reader.current;
  if (token?.kind !== "number") return [key, reader.text("the value of a partition key, such as '2019'")];
  reader.at++;
  return [key, token.value];
}
