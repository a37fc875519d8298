import type { StorageDescriptor, TableColumn, TableDefinition, TextMap } from "../../catalog/table.ts";
import { reasonOf } from "../../model/errors.ts";
import { formatHiveType, parseHiveType } from "../../model/schema/hive-type.ts";
import { QueryError, unsupported } from "../query-error.ts";
import { databaseName, properties, tableName } from "./parse-names.ts";
import type { Statement } from "./statement.ts";
import { FORMATS, LAZY_SIMPLE_SERDE, type TableFormat, TEXT_FORMAT } from "./table-format.ts";
import { isSign, isWord, type TokenReader } from "./token-reader.ts";

/**
 * CREATE EXTERNAL TABLE [IF NOT EXISTS] name ( column type [COMMENT 'text'], … )
 *   [COMMENT 'text'] [PARTITIONED BY ( column type, … )]
 *   [ROW FORMAT DELIMITED … | ROW FORMAT SERDE 'class' [WITH SERDEPROPERTIES ( 'k' = 'v', … )]]
 *   [STORED AS format | STORED AS INPUTFORMAT 'class' OUTPUTFORMAT 'class']
 *   LOCATION 's3://bucket/prefix/' [TBLPROPERTIES ( 'k' = 'v', … )]
 */
export function parseCreateTable(reader: TokenReader): Statement {
  const ifNotExists = reader.takes("if", "not", "exists");
  const name = tableName(reader);
  const columns = reader.list(() => parseColumn(reader));
  const clauses = parseClauses(reader);
  if (clauses.location === undefined) throw reader.expected("LOCATION 's3://bucket/prefix/'");
  const parameters = { EXTERNAL: "TRUE", ...clauses.parameters };
  const { description, partitionKeys, location } = clauses;
  const definition: TableDefinition = {
    name: name.table,
    ...(description !== undefined && { description }),
    storageDescriptor: { columns, location, ...storageOf(clauses) },
    partitionKeys: partitionKeys ?? [],
    tableType: "EXTERNAL_TABLE",
    parameters,
  };
  return { kind: "create-table", name, ifNotExists, definition };
}

export function parseCreateDatabase(reader: TokenReader): Statement {
  const ifNotExists = reader.takes("if", "not", "exists");
  const name = databaseName(reader);
  const description = reader.takes("comment") ? reader.text("a comment in quotes") : undefined;
  const locationUri = reader.takes("location") ? reader.text("a location in quotes") : undefined;
  const parameters = reader.takes("with", "dbproperties") ? properties(reader) : undefined;
  reader.expectEnd();
  return {
    kind: "create-database",
    name,
    ifNotExists,
    ...(description !== undefined && { description }),
    ...(locationUri !== undefined && { locationUri }),
    ...(parameters !== undefined && { parameters }),
  };
}

/** `name type [COMMENT 'text']`; the type is Hive's text and may have brackets of both kinds in it. */
export function parseColumn(reader: TokenReader): TableColumn {
  const name = reader.name("the name of a column").toLowerCase();
  const type = parseType(reader);
  const comment = reader.takes("comment") ? reader.text("a comment in quotes") : undefined;
  return { name, type, ...(comment !== undefined && { comment }) };
}

function parseType(reader: TokenReader): string {
  const start = reader.current?.start ?? reader.sql.length;
  let end = start;
  for (let depth = 0; !reader.ended; reader.at++) {
    const token = reader.current;
    if (token === undefined) break;
    if (depth === 0 && (isSign(token, ",") || isSign(token, ")") || isWord(token, "comment"))) break;
    if (isSign(token, "<") || isSign(token, "(")) depth++;
    if (isSign(token, ">") || isSign(token, ")")) depth--;
    end = token.end;
  }
  try {
    return formatHiveType(parseHiveType(reader.sql.slice(start, end)));
  } catch (error) {
    throw new QueryError("syntax", `The type of a column: ${reasonOf(error)}`, { cause: error });
  }
}

interface Clauses {
  description?: string;
  partitionKeys?: readonly TableColumn[];
  delimited?: TextMap;
  serde?: { readonly library: string; readonly parameters: TextMap };
  format?: TableFormat;
  location?: string;
  parameters?: TextMap;
}

function parseClauses(reader: TokenReader): Clauses {
  const clauses: Clauses = {};
  while (!reader.ended) {
    if (reader.takes("comment")) clauses.description = reader.text("a comment in quotes");
    else if (reader.takes("partitioned", "by")) clauses.partitionKeys = reader.list(() => parseColumn(reader));
    else if (reader.takes("row", "format", "delimited")) clauses.delimited = parseDelimited(reader);
    else if (reader.takes("row", "format", "serde")) clauses.serde = parseSerde(reader);
    else if (reader.takes("with", "serdeproperties")) addSerdeProperties(clauses, properties(reader), reader);
    else if (reader.takes("stored", "as")) clauses.format = parseFormat(reader);
    else if (reader.takes("location")) clauses.location = reader.text("a location in quotes");
    else if (reader.takes("tblproperties")) clauses.parameters = properties(reader);
    else if (reader.sees("clustered", "by")) throw unsupported("CLUSTERED BY");
    else throw reader.expected("a clause such as PARTITIONED BY, ROW FORMAT, STORED AS, LOCATION or TBLPROPERTIES");
  }
  return clauses;
}

/** The words of ROW FORMAT DELIMITED and the properties of the SerDe that they stand for. */
const DELIMITERS: readonly (readonly [words: readonly string[], property: string])[] = [
  [["fields", "terminated", "by"], "field.delim"],
  [["escaped", "by"], "escape.delim"],
  [["collection", "items", "terminated", "by"], "collection.delim"],
  [["map", "keys", "terminated", "by"], "mapkey.delim"],
  [["lines", "terminated", "by"], "line.delim"],
  [["null", "defined", "as"], "serialization.null.format"],
];

function parseDelimited(reader: TokenReader): TextMap {
  const found: Record<string, string> = {};
  for (;;) {
    const clause = DELIMITERS.find(([words]) => reader.takes(...words));
    if (clause === undefined) break;
    found[clause[1]] = reader.text("a delimiter in quotes");
  }
  const delimiter = found["field.delim"];
  return delimiter === undefined ? found : { ...found, "serialization.format": delimiter };
}

function parseSerde(reader: TokenReader): NonNullable<Clauses["serde"]> {
  const library = reader.text("the class of a SerDe in quotes");
  return { library, parameters: reader.takes("with", "serdeproperties") ? properties(reader) : {} };
}

function addSerdeProperties(clauses: Clauses, parameters: TextMap, reader: TokenReader): void {
  if (clauses.serde === undefined) throw reader.expected("ROW FORMAT SERDE before WITH SERDEPROPERTIES");
  clauses.serde = { ...clauses.serde, parameters };
}

function parseFormat(reader: TokenReader): TableFormat {
  if (reader.takes("inputformat")) {
    const inputFormat = reader.text("the class of an input format in quotes");
    reader.expect("outputformat");
    return { inputFormat, outputFormat: reader.text("the class of an output format in quotes") };
  }
  const word = reader.name("a format such as TEXTFILE or PARQUET").toLowerCase();
  const format = FORMATS.get(word);
  if (format === undefined)
    throw unsupported(`STORED AS ${word.toUpperCase()}`, `there are ${[...FORMATS.keys()].join(", ")}`);
  return format;
}

function storageOf({ serde, delimited = {}, format = TEXT_FORMAT }: Clauses): StorageDescriptor {
  const { inputFormat, outputFormat, library = LAZY_SIMPLE_SERDE } = format;
  const serdeInfo =
    serde === undefined
      ? { serializationLibrary: library, parameters: delimited }
      : { serializationLibrary: serde.library, parameters: serde.parameters };
  return { inputFormat, outputFormat, serdeInfo };
}
