import { z } from "zod";
import type { Format } from "../../formats/format.ts";
import { formats } from "../../formats/registry.ts";
import type { ComponentSpec, CompressionSpec, DeliveryDefinition } from "../../model/delivery-definition.ts";
import { LATEST_VERSION, type TableReference } from "../../model/schema/table-reference.ts";
import type { JsonObject, JsonValue } from "../../std/json.ts";
import type { StreamSettings } from "../../streams/settings.ts";
import { StreamError } from "../../streams/stream-error.ts";
import type { FoundTable } from "./found-table.ts";
import { isConverting } from "./validation/conversion-problems.ts";
import type { DataFormatConversion, ExtendedS3Configuration } from "./wire-types.ts";

/**
 * In which form objects are written: AWS's DataFormatConversionConfiguration, overlaid by the settings `format`,
 * `format-options` and `schema`. Names of options are those of the formats' own schemas, and only what a format knows is
 * handed to it: AWS has options that say nothing here, such as padding for HDFS.
 *
 * A table that is not there does not keep a stream from being made, as with AWS: its records end in the error output
 * until the table is there.
 */
export interface TranslatedFormat extends Pick<DeliveryDefinition, "format" | "compression" | "table"> {
  /** What runs behind all other processors. */
  readonly processors: readonly ComponentSpec[];
}

/** The table that the stream takes its columns from, if it does. */
export function tableOf(destination: ExtendedS3Configuration, settings: StreamSettings): TableReference | undefined {
  if (settings.schema !== undefined) {
    return settings.schema === "infer" ? undefined : { ...settings.schema, versionId: LATEST_VERSION };
  }
  const declared = conversionOf(destination)?.SchemaConfiguration;
  if (declared?.DatabaseName === undefined || declared.TableName === undefined) return undefined;
  const versionId = declared.VersionId ?? LATEST_VERSION;
  return { databaseName: declared.DatabaseName, tableName: declared.TableName, versionId };
}

export function translateFormat(
  destination: ExtendedS3Configuration,
  settings: StreamSettings,
  compression: CompressionSpec,
  found: FoundTable | undefined,
  registry: readonly Format[] = formats,
): TranslatedFormat | undefined {
  const conversion = conversionOf(destination);
  if (conversion === undefined && settings.format === undefined) {
    refuseUnused(settings);
    return undefined;
  }
  const format = conversion === undefined ? undefined : serializerOf(conversion).type;
  const definition = formatNamed(registry, settings.format ?? format ?? "");
  const table = tableOf(destination, settings);
  const takesSchema = knows(definition, "schema");
  const options: JsonObject = {
    ...known(definition, conversion === undefined ? {} : conversionOptions(conversion, definition.type)),
    ...(takesSchema && { schema: (found?.schema ?? "infer") as unknown as JsonValue }),
    ...settings["format-options"],
  };
  const outside = compressionOf(definition, compression, options);
  if (takesSchema && table !== undefined && found?.schema === undefined) {
    return { format: RAW, compression: outside, table, processors: [rejection(found, table)] };
  }
  refuseBadOptions(definition, options);
  return {
    format: { type: definition.type, options },
    compression: outside,
    ...(takesSchema && table !== undefined && { table }),
    processors: [],
  };
}

/** Nothing is written while all records are refused. */
const RAW: ComponentSpec = { type: "raw", options: {} };

function conversionOf(destination: ExtendedS3Configuration): DataFormatConversion | undefined {
  return isConverting(destination) ? destination.DataFormatConversionConfiguration : undefined;
}

function refuseUnused(settings: StreamSettings): void {
  const unused = (["format-options", "schema"] as const).find((name) => settings[name] !== undefined);
  if (unused === undefined) return;
  const message = `Setting lakehose:${unused} needs lakehose:format, or a DataFormatConversionConfiguration`;
  throw new StreamError("invalid", message);
}

/** What a table that is not there, or cannot be written, does to records (reference 6.2). */
function rejection(found: FoundTable | undefined, { databaseName, tableName }: TableReference): ComponentSpec {
  const missing = found === undefined || found.problem === "missing";
  const reason = found?.message ?? `There is no table ${databaseName}.${tableName}`;
  const options = {
    errorType: "format-conversion-failed",
    code: `DataFormatConversion.${missing ? "EntityNotFound" : "ConversionFailureException"}`,
    message: missing ? `The specified table/database could not be found. ${reason}` : reason,
  };
  return { type: "reject", options };
}

function formatNamed(registry: readonly Format[], type: string): Format {
  const found = registry.find((format) => format.type === type);
  if (found !== undefined) return found;
  const there = registry.map((format) => format.type).join(", ");
  throw new StreamError("invalid", `Lakehose does not write the format ${type} yet. There are: ${there}`);
}

function optionNames({ optionsSchema }: Format): readonly string[] {
  return optionsSchema instanceof z.ZodObject ? Object.keys(optionsSchema.shape) : [];
}

function knows(format: Format, option: string): boolean {
  return optionNames(format).includes(option);
}

function known(format: Format, options: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(options).filter(([name]) => knows(format, name)));
}

/** Formats that compress inside have an option for it; what the stream asks for goes there, unless the option is set. */
function compressionOf(format: Format, asked: CompressionSpec, options: JsonObject): CompressionSpec {
  if (!knows(format, "compression")) {
    if (format.compressions === undefined || format.compressions.includes(asked.type)) return asked;
    const taken = format.compressions.join(", ");
    throw new StreamError("invalid", `Format ${format.type} takes the compressions ${taken}; got ${asked.type}`);
  }
  if (asked.type !== "none") options.compression ??= INSIDE[format.type]?.[asked.type] ?? asked.type;
  return { type: "none" };
}

/** Where a format has a name of its own for a compression. */
const INSIDE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  orc: { gzip: "zlib" },
};

function refuseBadOptions({ type, optionsSchema }: Format, options: JsonObject): void {
  const parsed = optionsSchema.safeParse(options);
  if (parsed.success) return;
  const { issues } = parsed.error;
  if (options.schema === "infer" && issues.some(({ path }) => path[0] === "schema")) {
    const message = `Format ${type} cannot learn its columns: set lakehose:schema to database.table, or use another format`;
    throw new StreamError("invalid", message);
  }
  const problems = issues.map(({ path, message }) => `${[type, ...path].join(".")}: ${message}`);
  throw new StreamError("invalid", `Options of the format: ${problems.join("; ")}`);
}

function conversionOptions(conversion: DataFormatConversion, formatType: string): JsonObject {
  const serializer = serializerOf(conversion);
  // The setting `format` may name another format than the configuration does: then only the columns are the latter's.
  const own = serializer.type === formatType ? serializer.options : {};
  return { ...own, json: jsonOptions(conversion) };
}

const PARQUET_COMPRESSIONS = { UNCOMPRESSED: "none", GZIP: "gzip", SNAPPY: "snappy" } as const;
const ORC_COMPRESSIONS = { NONE: "none", ZLIB: "zlib", SNAPPY: "snappy" } as const;

function serializerOf({ OutputFormatConfiguration }: DataFormatConversion): ComponentSpec {
  const { ParquetSerDe: parquet, OrcSerDe: orc = {} } = OutputFormatConfiguration?.Serializer ?? {};
  if (parquet !== undefined) {
    return {
      type: "parquet",
      options: given({
        rowGroupBytes: parquet.BlockSizeBytes,
        pageBytes: parquet.PageSizeBytes,
        compression: parquet.Compression && PARQUET_COMPRESSIONS[parquet.Compression],
        dictionary: parquet.EnableDictionaryCompression,
        writerVersion: parquet.WriterVersion?.toLowerCase(),
      }),
    };
  }
  return {
    type: "orc",
    options: given({
      stripeBytes: orc.StripeSizeBytes,
      rowIndexStride: orc.RowIndexStride,
      compression: orc.Compression && ORC_COMPRESSIONS[orc.Compression],
      bloomFilterColumns: orc.BloomFilterColumns,
      bloomFilterFalsePositiveProbability: orc.BloomFilterFalsePositiveProbability,
      dictionaryKeyThreshold: orc.DictionaryKeyThreshold,
    }),
  };
}

function jsonOptions({ InputFormatConfiguration }: DataFormatConversion): JsonObject {
  const { OpenXJsonSerDe: openX = {}, HiveJsonSerDe: hive } = InputFormatConfiguration?.Deserializer ?? {};
  if (hive !== undefined) return given({ engine: "hive", timestampFormats: hive.TimestampFormats });
  return given({
    engine: "openx",
    convertDots: openX.ConvertDotsInJsonKeysToUnderscores,
    caseInsensitive: openX.CaseInsensitive,
    columnToKey: openX.ColumnToJsonKeyMappings,
  });
}

/** Without what is absent: there the format's own defaults hold, which are AWS's where AWS has one. */
function given(options: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as JsonObject;
}
