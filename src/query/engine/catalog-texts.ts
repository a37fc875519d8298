import type { Table, TableColumn, TableDefinition, TextMap } from "../../catalog/table.ts";
import { trinoTypeOfText } from "./trino-type.ts";
import { isView, readViewText } from "./view-text.ts";

/** What a statement about the catalog answers: texts, under the headings that Athena has. */
export interface CatalogAnswer {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Hive's patterns: `*` for anything, `|` between several. */
export function likePattern(pattern: string | undefined): (name: string) => boolean {
  if (pattern === undefined) return () => true;
  const parts = pattern.toLowerCase().split("|");
  return (name) => parts.some((part) => matchesParts(name, part.split("*")));
}

/** Without a regular expression of a stranger's: the fixed parts follow one another. */
function matchesParts(name: string, parts: readonly string[]): boolean {
  const [first = "", ...others] = parts;
  if (others.length === 0) return name === first;
  const last = others.pop() ?? "";
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false;
  let at = first.length;
  const end = name.length - last.length;
  for (const part of others) {
    const found = name.indexOf(part, at);
    if (found === -1 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

/** Those of tables as Hive has them, those of views as Trino has them. */
export function describeTable({ definition }: Table): CatalogAnswer {
  if (isView(definition)) return describeView(definition);
  const rows = (columns: readonly TableColumn[] = []) =>
    columns.map(({ name, type, comment }) => [name, type ?? "string", comment ?? ""]);
  const columns = rows(definition.storageDescriptor?.columns);
  const keys = rows(definition.partitionKeys);
  const headings = [BLANK, ["# Partition Information", "", ""], ["# col_name", "data_type", "comment"], BLANK];
  return {
    columns: ["col_name", "data_type", "comment"],
    rows: keys.length === 0 ? columns : [...columns, ...keys, ...headings, ...keys],
  };
}

const BLANK = ["", "", ""];

export function showColumns({ definition }: Table): CatalogAnswer {
  if (isView(definition)) return describeView(definition);
  const columns = [...(definition.storageDescriptor?.columns ?? []), ...(definition.partitionKeys ?? [])];
  return { columns: ["field"], rows: columns.map(({ name }) => [name]) };
}

function describeView({ storageDescriptor }: TableDefinition): CatalogAnswer {
  const columns = storageDescriptor?.columns ?? [];
  return { columns: ["column", "type"], rows: columns.map(({ name, type }) => [name, trinoTypeOfText(type)]) };
}

/** The statement that would make the table or view again, line by line. */
export function showCreateTable(table: Table): readonly string[] {
  const { databaseName, definition } = table;
  const name = `\`${databaseName}\`.\`${definition.name}\``;
  if (isView(definition)) {
    const { sql } = readViewText(definition, databaseName);
    return [`CREATE VIEW "${databaseName}"."${definition.name}" AS`, ...sql.split("\n")];
  }
  const { columns = [], location, inputFormat, outputFormat, serdeInfo = {} } = definition.storageDescriptor ?? {};
  const { partitionKeys = [], description, parameters = {} } = definition;
  return [
    `CREATE EXTERNAL TABLE ${name}(`,
    ...columnLines(columns),
    ...(description === undefined ? [] : [`COMMENT ${text(description)}`]),
    ...(partitionKeys.length === 0 ? [] : ["PARTITIONED BY (", ...columnLines(partitionKeys)]),
    ...(serdeInfo.serializationLibrary === undefined
      ? []
      : ["ROW FORMAT SERDE", `  ${text(serdeInfo.serializationLibrary)}`]),
    ...propertyLines("WITH SERDEPROPERTIES (", serdeInfo.parameters ?? {}),
    ...(inputFormat === undefined ? [] : ["STORED AS INPUTFORMAT", `  ${text(inputFormat)}`]),
    ...(outputFormat === undefined ? [] : ["OUTPUTFORMAT", `  ${text(outputFormat)}`]),
    ...(location === undefined ? [] : ["LOCATION", `  ${text(location)}`]),
    ...propertyLines("TBLPROPERTIES (", without(parameters, "EXTERNAL")),
  ];
}

function columnLines(columns: readonly TableColumn[]): readonly string[] {
  return columns.map(({ name, type, comment }, index) => {
    const end = index === columns.length - 1 ? ")" : ",";
    const said = comment === undefined ? "" : ` COMMENT ${text(comment)}`;
    return `  \`${name.replaceAll("`", "``")}\` ${type ?? "string"}${said}${end}`;
  });
}

function propertyLines(heading: string, properties: TextMap): readonly string[] {
  const entries = Object.entries(properties);
  if (entries.length === 0) return [];
  const line = ([key, value]: readonly [string, string], index: number) =>
    `  ${text(key)}=${text(value)}${index === entries.length - 1 ? ")" : ","}`;
  return [heading, ...entries.map(line)];
}

function without(parameters: TextMap, name: string): TextMap {
  return Object.fromEntries(Object.entries(parameters).filter(([key]) => key !== name));
}

const CONTROL_SIGNS: Readonly<Record<string, string>> = {
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\\": "\\\\",
  "'": "\\'",
};

/** As Hive's parser takes it. */
function text(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: delimiters of delimited text are control characters.
  const escaped = value.replace(/[\u0000-\u001f\\']/g, (sign) => {
    return CONTROL_SIGNS[sign] ?? `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
  return `'${escaped}'`;
}
