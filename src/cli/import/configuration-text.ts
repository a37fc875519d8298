import { isObject } from "../../api/firehose/normalise.ts";
import { FORMATS } from "../../query/dialect/table-format.ts";
import type { JsonObject, JsonValue } from "../../std/json.ts";
import { yaml } from "../../std/yaml.ts";
import type { Imported, ImportedTable } from "./imported.ts";

/** Sections of a configuration file: what `lakehose up --config` makes of them is what the import would have made. */
export function configurationText({ streams, tables, notes }: Imported, file: string): string {
  const head = [
    `# Imported from ${file}. What is not the same here as there:`,
    ...notes.map(({ kind, at, message }) => `# ${kind}: ${at}: ${message.replaceAll("\n", " ")}`),
  ];
  const content: JsonObject = {};
  if (tables.length > 0) content.catalog = { databases: databasesOf(tables) };
  content.streams = streams.map(({ request }) => request);
  return `${head.join("\n")}\n${yaml().stringify(content, { lineWidth: 0 })}`;
}

function databasesOf(tables: readonly ImportedTable[]): JsonObject {
  const databases: Record<string, { tables: JsonObject }> = {};
  for (const { database, input } of tables) {
    databases[database] ??= { tables: {} };
    databases[database].tables[input.Name] = tableOf(input);
  }
  return databases;
}

function tableOf({ Description, StorageDescriptor, PartitionKeys, Parameters }: JsonObject): JsonObject {
  const storage = isObject(StorageDescriptor) ? StorageDescriptor : {};
  const format = formatOf(storage);
  return {
    ...(Description !== undefined && { description: Description }),
    columns: columnsOf(storage.Columns),
    ...(PartitionKeys !== undefined && { partitionKeys: columnsOf(PartitionKeys) }),
    ...(storage.Location !== undefined && { location: storage.Location }),
    ...(format !== undefined && { format }),
    ...(Parameters !== undefined && { parameters: Parameters }),
  };
}

function columnsOf(columns: JsonValue | undefined): JsonValue {
  if (!Array.isArray(columns)) return [];
  return columns.filter(isObject).map(({ Name, Type, Comment }) => ({
    name: Name ?? "",
    type: Type ?? "string",
    ...(Comment !== undefined && { comment: Comment }),
  }));
}

/** The configuration names formats, Glue the classes of Hive that read them. */
function formatOf({ SerdeInfo }: JsonObject): string | undefined {
  const library = isObject(SerdeInfo) ? SerdeInfo.SerializationLibrary : undefined;
  if (typeof library !== "string") return undefined;
  if (library.includes("JsonSerDe")) return "json-lines";
  return COLUMNAR.find((name) => FORMATS.get(name)?.library === library);
}

const COLUMNAR = ["avro", "orc", "parquet"];
