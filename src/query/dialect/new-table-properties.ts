import type { TextMap } from "../../catalog/table.ts";
import { QueryError, unsupported } from "../query-error.ts";
import type { NewTableProperties } from "./statement.ts";
import { FORMATS, HIVE_JSON_SERDE, LAZY_SIMPLE_SERDE, type TableFormat, TEXT_FORMAT } from "./table-format.ts";
import type { TokenReader } from "./token-reader.ts";

/** What stands in WITH of CREATE TABLE AS and UNLOAD: how files are written, and where. */
type PropertyValue = string | number | boolean | readonly string[];
type Property = readonly [name: string, value: PropertyValue];

/** `name = value` */
export function parseProperty(reader: TokenReader): Property {
  const name = reader.name("the name of a property").toLowerCase();
  reader.expectSign("=");
  if (reader.takes("true")) return [name, true];
  if (reader.takes("false")) return [name, false];
  if (reader.takes("array")) return [name, textArray(reader)];
  const token = reader.current;
  if (token?.kind !== "number") return [name, reader.text("a text, a number, TRUE, FALSE or ARRAY['…']")];
  reader.at++;
  return [name, Number(token.value)];
}

function textArray(reader: TokenReader): readonly string[] {
  reader.expectSign("[");
  const texts = [reader.text("a text in quotes")];
  while (reader.takesSign(",")) texts.push(reader.text("a text in quotes"));
  reader.expectSign("]");
  return texts;
}

/** How the files of a new table are written. */
interface WrittenFormat {
  readonly classes: TableFormat;
  readonly compressions: readonly string[];
  /** The property of the table that says how its files are compressed. */
  readonly compressionProperty: string;
}

const WRITTEN_FORMATS: ReadonlyMap<string, WrittenFormat> = new Map([
  [
    "parquet",
    {
      classes: FORMATS.get("parquet") ?? TEXT_FORMAT,
      compressions: ["GZIP", "SNAPPY", "ZSTD", "NONE"],
      compressionProperty: "parquet.compression",
    },
  ],
  [
    "json",
    {
      classes: { ...TEXT_FORMAT, library: HIVE_JSON_SERDE },
      compressions: ["GZIP", "ZSTD", "NONE"],
      compressionProperty: "write.compression",
    },
  ],
  [
    "textfile",
    { classes: TEXT_FORMAT, compressions: ["GZIP", "ZSTD", "NONE"], compressionProperty: "write.compression" },
  ],
]);

/** What Athena has and this has not, with what to do. */
const REFUSED: Readonly<Record<string, string>> = {
  bucketed_by: "partition the table instead",
  bucket_count: "partition the table instead",
  table_type: "tables are Hive's",
  is_external: "tables are external always",
  location: "write external_location",
  partitioning: "write partitioned_by",
  orc_compression: "there is write_compression",
  compression_level: "there is write_compression",
};

const KNOWN = [
  "external_location",
  "format",
  "field_delimiter",
  "parquet_compression",
  "partitioned_by",
  "write_compression",
];

/** `what`: the statement, for messages. */
export function checkProperties(given: readonly Property[], what: string): NewTableProperties {
  const values = new Map(given);
  for (const [name] of given) {
    const advice = Object.hasOwn(REFUSED, name) ? REFUSED[name] : undefined;
    if (advice !== undefined) throw unsupported(`The property ${name} of ${what}`, advice);
    if (!KNOWN.includes(name)) throw unsupported(`The property ${name} of ${what}`, `there are ${KNOWN.join(", ")}`);
  }
  if (values.size < given.length) throw new QueryError("syntax", `${what}: a property stands there twice`);
  const word = textOf(what, values, "format")?.toLowerCase() ?? "parquet";
  const format = WRITTEN_FORMATS.get(word);
  if (format === undefined) {
    const there = [...WRITTEN_FORMATS.keys()].map((name) => name.toUpperCase()).join(", ");
    throw unsupported(`${what} with format = '${word.toUpperCase()}'`, `there are ${there}`);
  }
  const { inputFormat, outputFormat, library = LAZY_SIMPLE_SERDE } = format.classes;
  const compression = compressionOf(what, values, word, format);
  const location = textOf(what, values, "external_location");
  return {
    storage: {
      inputFormat,
      outputFormat,
      serdeInfo: { serializationLibrary: library, parameters: delimiterOf(what, values, word) },
    },
    parameters: { [format.compressionProperty]: compression },
    ...(location !== undefined && { location }),
    partitionedBy: partitionKeysOf(what, values),
  };
}

/** Athena's own default is GZIP for every format. */
function compressionOf(
  what: string,
  values: ReadonlyMap<string, PropertyValue>,
  word: string,
  { compressions }: WrittenFormat,
): string {
  if (values.has("parquet_compression") && (word !== "parquet" || values.has("write_compression"))) {
    throw new QueryError("syntax", `${what}: parquet_compression is for PARQUET, without write_compression`);
  }
  const text = textOf(what, values, "write_compression") ?? textOf(what, values, "parquet_compression") ?? "GZIP";
  const compression = text.toUpperCase() === "UNCOMPRESSED" ? "NONE" : text.toUpperCase();
  if (compressions.includes(compression)) return compression;
  throw unsupported(`The compression ${text} of ${word.toUpperCase()}`, `there are ${compressions.join(", ")}`);
}

/** Athena's own default is the control character 1. */
function delimiterOf(what: string, values: ReadonlyMap<string, PropertyValue>, word: string): TextMap {
  const text = textOf(what, values, "field_delimiter");
  if (word !== "textfile") {
    if (text === undefined) return { "serialization.format": "1" };
    throw new QueryError("syntax", `${what}: field_delimiter is for TEXTFILE`);
  }
  const delimiter = text ?? "\u0001";
  if (/^[^\r\n\\]$/.test(delimiter)) return { "field.delim": delimiter, "serialization.format": delimiter };
  const message = `${what}: expected field_delimiter to be one sign that is no backslash and no line break, got ${JSON.stringify(text)}`;
  throw new QueryError("syntax", message);
}

function partitionKeysOf(what: string, values: ReadonlyMap<string, PropertyValue>): readonly string[] {
  const keys = values.get("partitioned_by") ?? [];
  if (typeof keys === "object") return keys.map((key) => key.toLowerCase());
  throw new QueryError("syntax", `${what}: expected partitioned_by = ARRAY['column', …]`);
}

function textOf(what: string, values: ReadonlyMap<string, PropertyValue>, name: string): string | undefined {
  const value = values.get(name);
  if (value === undefined || typeof value === "string") return value;
  throw new QueryError("syntax", `${what}: expected ${name} to be a text in quotes, got ${String(value)}`);
}
