import assert from "node:assert/strict";
import { test } from "node:test";
import { objectStoreOptionsSchema } from "../../destinations/object-store/object-store-options.ts";
import type { JsonObject } from "../../std/json.ts";
import { settingsOf } from "../../streams/settings.ts";
import { toDeclared } from "./declared.ts";
import { translateDeclared } from "./translate.ts";

const s3 = (more: JsonObject = {}) => ({ RoleARN: "arn:r", BucketARN: "arn:aws:s3:::lake", ...more });

function translate(destination: JsonObject, tags: Record<string, string> = {}) {
  const declared = toDeclared({ kind: "ExtendedS3", destination: s3(destination), sources: {} });
  return translateDeclared({ name: "s", type: "DirectPut", declared }, settingsOf({}, tags));
}

const settings = (values: Record<string, string>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`lakehose:${name}`, value]));

test("translateDeclared() of the smallest destination has AWS's defaults", () => {
  assert.deepEqual(translate({}), [
    {
      id: "destinationId-000000000001",
      kind: "primary",
      processors: [],
      format: { type: "raw", options: {} },
      compression: { type: "none" },
      naming: { timeZone: "UTC" },
      target: { type: "object-store", options: { bucket: "lake" } },
      roll: { size: { bytes: 5 * 1024 * 1024, measure: "raw" }, ageMs: 300_000 },
    },
  ]);
});

test("translateDeclared() carries names, zone, extension, compression, key and logging", () => {
  const kms = { KMSEncryptionConfig: { AWSKMSKeyARN: "arn:aws:kms:k" } };
  const [delivery] = translate({
    Prefix: "",
    ErrorOutputPrefix: "e/",
    CustomTimeZone: "Asia/Tokyo",
    FileExtension: ".ndjson",
    CompressionFormat: "HADOOP_SNAPPY",
    EncryptionConfiguration: kms,
    CloudWatchLoggingOptions: { Enabled: true, LogGroupName: "g", LogStreamName: "l" },
  });
  const names = { prefix: "", errorPrefix: "e/", timeZone: "Asia/Tokyo", extension: ".ndjson" };
  assert.deepEqual(delivery?.naming, names);
  assert.deepEqual(delivery?.compression, { type: "hadoop-snappy" });
  assert.deepEqual(delivery?.target.options.encryption, { type: "sse-kms", keyArn: "arn:aws:kms:k" });
  assert.deepEqual(delivery?.logging, { group: "g", stream: "l" });
});

test("translateDeclared() overlays the hints with settings, for the primary alone", () => {
  const tags = settings({
    "roll-size": "512MB",
    "roll-size-of": "encoded",
    "roll-records": "10",
    "roll-age": "off",
    "roll-idle": "6h",
    "roll-at": "08:30 Europe/London",
    escape: "newline-tab",
    compression: "zstd",
    "compression-level": "19",
    "storage-class": "STANDARD_IA",
    acl: "private",
  });
  const backup = s3({ BucketARN: "arn:aws:s3:::copy", CompressionFormat: "GZIP" });
  const [primary, copy] = translate({ S3BackupMode: "Enabled", S3BackupConfiguration: backup }, tags);
  assert.deepEqual(primary?.roll, {
    size: { bytes: 512e6, measure: "encoded" },
    records: 10,
    idleMs: 21_600_000,
    at: { time: "08:30", timeZone: "Europe/London" },
  });
  assert.deepEqual(primary?.processors, [{ type: "escape", options: {} }]);
  assert.deepEqual(primary?.compression, { type: "zstd", level: 19 });
  assert.equal(copy?.id, "destinationId-000000000001-backup");
  assert.equal(copy?.kind, "backup");
  assert.deepEqual(copy?.roll, { size: { bytes: 5 * 1024 * 1024, measure: "raw" }, ageMs: 300_000 });
  assert.deepEqual(copy?.compression, { type: "gzip" });
  assert.deepEqual(copy?.processors, []);
  for (const one of [primary, copy]) assert.ok(objectStoreOptionsSchema.safeParse(one?.target.options).success);
});

test("translateDeclared() refuses a compression level that the compression does not have", () => {
  assert.throws(() => translate({}, settings({ "compression-level": "3" })), /none has no levels/);
  const tooHard = () => translate({ CompressionFormat: "GZIP" }, settings({ "compression-level": "10" }));
  assert.throws(tooHard, /gzip has levels 1 to 9/);
});

test("translateDeclared() puts processors into the service's order, and the backup keeps source bytes", () => {
  const parameter = (ParameterName: string, ParameterValue: string) => ({ ParameterName, ParameterValue });
  const query = [parameter("MetadataExtractionQuery", "{a:.a}"), parameter("JsonParsingEngine", "JQ-1.6")];
  const Processors = [
    { Type: "MetadataExtraction", Parameters: query },
    { Type: "Lambda", Parameters: [parameter("LambdaArn", "arn:l")] },
    { Type: "AppendDelimiterToRecord" },
    { Type: "RecordDeAggregation", Parameters: [parameter("SubRecordType", "JSON")] },
    { Type: "CloudWatchLogProcessing" },
    { Type: "Decompression" },
  ];
  const [primary, backup] = translate(
    {
      ProcessingConfiguration: { Enabled: true, Processors },
      S3BackupMode: "Enabled",
      S3BackupConfiguration: s3(),
    },
    settings({ escape: "newline-tab" }),
  );
  const types = ["decompress", "cloudwatch-logs", "deaggregate", "lambda", "extract-metadata", "escape"];
  assert.deepEqual(
    primary?.processors.map(({ type }) => type),
    types,
  );
  assert.deepEqual(primary?.format.options, { delimiter: "\n" });
  assert.deepEqual(backup?.processors, []);
});

test("translateDeclared() is the same again for the same declaration", () => {
  assert.deepEqual(translate({ Prefix: "a/" }), translate({ Prefix: "a/" }));
});
