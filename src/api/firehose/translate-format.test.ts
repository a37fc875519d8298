import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import type { Format } from "../../formats/format.ts";
import { rawFormat } from "../../formats/raw/raw-format.ts";
import type { CompressionType } from "../../model/delivery-definition.ts";
import type { Schema } from "../../model/schema/column-type.ts";
import { schemaJson } from "../../model/schema/schema-json.ts";
import type { JsonObject } from "../../std/json.ts";
import { settingsOf } from "../../streams/settings.ts";
import type { FoundTable } from "./found-table.ts";
import { tableOf, translateFormat } from "./translate-format.ts";
import type { ExtendedS3Configuration } from "./wire-types.ts";

const json = z.strictObject({ engine: z.string() }).catchall(z.json()).optional();

/** Formats of the four sorts: compression inside or outside, columns learnt, given, or none. */
const FORMATS: readonly Format[] = [
  format("csv", { schema: z.union([z.literal("infer"), schemaJson]), header: z.boolean().optional() }),
  format("orc", { schema: schemaJson, json, compression: z.enum(["none", "zlib", "snappy"]).optional() }),
  format("parquet", {
    schema: z.union([z.literal("infer"), schemaJson]),
    json,
    compression: z.enum(["none", "gzip", "snappy", "zstd"]).optional(),
    rowGroupBytes: z.int().optional(),
    dictionary: z.boolean().optional(),
    writerVersion: z.enum(["v1", "v2"]).optional(),
  }),
  rawFormat,
];

function format(type: string, options: Record<string, z.ZodType>): Format {
  const compressions: readonly CompressionType[] = type === "csv" ? ["none", "gzip"] : ["none"];
  return { ...rawFormat, type, compressions, optionsSchema: z.strictObject(options) };
}

const SCHEMA: Schema = {
  columns: [{ name: "a", type: { kind: "int" } }],
  table: { catalogId: "0", databaseName: "d", tableName: "t", region: "r", versionId: "4" },
};

function converting(
  serializer: JsonObject,
  deserializer: JsonObject = { OpenXJsonSerDe: {} },
  schema: JsonObject = {},
) {
  return {
    DataFormatConversionConfiguration: {
      SchemaConfiguration: { RoleARN: "r", DatabaseName: "d", TableName: "t", ...schema },
      InputFormatConfiguration: { Deserializer: deserializer },
      OutputFormatConfiguration: { Serializer: serializer },
    },
  };
}

interface Asked {
  readonly destination?: object;
  readonly settings?: JsonObject;
  readonly compression?: CompressionType;
  readonly found?: FoundTable | undefined;
}

function translate(asked: Asked) {
  const { destination = {}, settings = {}, compression = "none" } = asked;
  const found = "found" in asked ? asked.found : { schema: SCHEMA };
  const extended = destination as ExtendedS3Configuration;
  return translateFormat(extended, settingsOf(settings, {}), { type: compression }, found, FORMATS);
}

const LATEST = { databaseName: "d", tableName: "t", versionId: "LATEST" };

test("translateFormat() has nothing to say where no format is asked for", () => {
  assert.equal(translate({}), undefined);
  const off = { DataFormatConversionConfiguration: { Enabled: false } };
  assert.equal(translate({ destination: off }), undefined);
});

test("translateFormat() turns AWS's Parquet options into those of the format", () => {
  const parquet = {
    BlockSizeBytes: 67_108_864,
    PageSizeBytes: 65_536,
    Compression: "UNCOMPRESSED",
    EnableDictionaryCompression: true,
    MaxPaddingBytes: 7,
    WriterVersion: "V2",
  };
  const openX = {
    ConvertDotsInJsonKeysToUnderscores: true,
    CaseInsensitive: false,
    ColumnToJsonKeyMappings: { ts: "timestamp" },
  };
  assert.deepEqual(translate({ destination: converting({ ParquetSerDe: parquet }, { OpenXJsonSerDe: openX }) }), {
    format: {
      type: "parquet",
      options: {
        schema: SCHEMA,
        rowGroupBytes: 67_108_864,
        compression: "none",
        dictionary: true,
        writerVersion: "v2",
        json: { engine: "openx", convertDots: true, caseInsensitive: false, columnToKey: { ts: "timestamp" } },
      },
    },
    compression: { type: "none" },
    table: LATEST,
    processors: [],
  });
});

test("translateFormat() turns AWS's ORC and Hive options into those of the format, and leaves defaults to it", () => {
  const hive = { HiveJsonSerDe: { TimestampFormats: ["millis"] } };
  const made = translate({ destination: converting({ OrcSerDe: { Compression: "ZLIB", EnablePadding: true } }, hive) });
  const jsonOptions = { engine: "hive", timestampFormats: ["millis"] };
  assert.deepEqual(made?.format, { type: "orc", options: { schema: SCHEMA, compression: "zlib", json: jsonOptions } });
  const plain = translate({ destination: converting({ ParquetSerDe: {} }) });
  assert.deepEqual(plain?.format.options, { schema: SCHEMA, json: { engine: "openx" } });
});

test("translateFormat() lets settings go before AWS's words", () => {
  const destination = converting({ ParquetSerDe: { Compression: "GZIP", WriterVersion: "V2" } });
  const settings = { format: "orc", "format-options": { compression: "zlib" } };
  assert.deepEqual(translate({ destination, settings })?.format, {
    type: "orc",
    options: { schema: SCHEMA, json: { engine: "openx" }, compression: "zlib" },
  });
});

test("translateFormat() learns columns where no table is named, if the format can", () => {
  const made = translate({ settings: { format: "parquet" }, found: undefined });
  assert.deepEqual(made, {
    format: { type: "parquet", options: { schema: "infer" } },
    compression: { type: "none" },
    processors: [],
  });
  const message = /Format orc cannot learn its columns: set lakehose:schema to database.table/;
  assert.throws(() => translate({ settings: { format: "orc" }, found: undefined }), { code: "invalid", message });
});

test("translateFormat() hands the stream's compression to formats that compress inside, and to others from outside", () => {
  const asked = (type: string, compression: CompressionType) =>
    translate({ settings: { format: type, schema: "d.t" }, compression });
  assert.equal(asked("parquet", "zstd")?.format.options.compression, "zstd");
  assert.deepEqual(asked("parquet", "zstd")?.compression, { type: "none" });
  assert.equal(asked("orc", "gzip")?.format.options.compression, "zlib");
  assert.equal(asked("orc", "none")?.format.options.compression, undefined);
  assert.deepEqual(asked("csv", "gzip")?.compression, { type: "gzip" });
  assert.throws(() => asked("csv", "zip"), { message: /Format csv takes the compressions none, gzip; got zip/ });
  assert.throws(() => asked("parquet", "zip"), { message: /Options of the format: parquet.compression/ });
});

test("translateFormat() refuses records while the table is missing, and tells why", () => {
  const message = "There is no table d.t";
  const destination = converting({ ParquetSerDe: {} });
  const made = translate({ destination, found: { problem: "missing", message } });
  assert.deepEqual(made?.table, LATEST);
  assert.deepEqual(made?.processors, [
    {
      type: "reject",
      options: {
        errorType: "format-conversion-failed",
        code: "DataFormatConversion.EntityNotFound",
        message: "The specified table/database could not be found. There is no table d.t",
      },
    },
  ]);
  const unusable = translate({ destination, found: { problem: "unusable", message: "no columns" } });
  assert.equal(unusable?.processors[0]?.options.code, "DataFormatConversion.ConversionFailureException");
});

test("translateFormat() says which setting is wrong", () => {
  const cases: [JsonObject, RegExp][] = [
    [{ format: "avro" }, /does not write the format avro yet. There are: csv, orc, parquet, raw/],
    [{ schema: "d.t" }, /lakehose:schema needs lakehose:format/],
    [{ "format-options": {} }, /lakehose:format-options needs lakehose:format/],
    [{ format: "csv", "format-options": { headers: true } }, /Options of the format: csv: .*headers/],
  ];
  for (const [settings, message] of cases) assert.throws(() => translate({ settings }), { code: "invalid", message });
  assert.throws(() => settingsOf({ schema: "orders" }, {}), {
    message: /lakehose:schema: expected infer, or a database/,
  });
});

test("tableOf() names the table of the setting before that of the configuration", () => {
  const destination = converting({ ParquetSerDe: {} }, undefined, {
    VersionId: "3",
  }) as unknown as ExtendedS3Configuration;
  assert.deepEqual(tableOf(destination, {}), { ...LATEST, versionId: "3" });
  assert.deepEqual(tableOf(destination, settingsOf({ schema: "x.y.z" }, {})), {
    databaseName: "x",
    tableName: "y.z",
    versionId: "LATEST",
  });
  assert.equal(tableOf(destination, settingsOf({ schema: "infer" }, {})), undefined);
});
