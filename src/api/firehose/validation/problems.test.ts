import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../../std/json.ts";
import { type DestinationKindName, destinationKinds } from "../destination-kinds.ts";
import { jqObjectKeys } from "./jq-keys.ts";
import { firstProblem } from "./problems.ts";

/** Every text of reference 1.9: what is asked for on top of a sound destination, and the first problem found. */
type Case = [asked: JsonObject, expected: string | undefined, before?: JsonObject];

const parameters = (values: Record<string, string>) =>
  Object.entries(values).map(([ParameterName, ParameterValue]) => ({ ParameterName, ParameterValue }));
const processor = (Type: string, values: Record<string, string> = {}) => ({ Type, Parameters: parameters(values) });
const processing = (...Processors: JsonObject[]) => ({ ProcessingConfiguration: { Enabled: true, Processors } });
const lambda = processor("Lambda", { LambdaArn: "arn:l" });
const withLambda = (values: Record<string, string>) =>
  processing(processor("Lambda", { LambdaArn: "arn:l", ...values }));
const jq = (query: string) =>
  processor("MetadataExtraction", { MetadataExtractionQuery: query, JsonParsingEngine: "JQ-1.6" });
const errors = { ErrorOutputPrefix: "e/!{firehose:error-output-type}/" };
const partitioned = (more: JsonObject) => ({
  ...errors,
  DynamicPartitioningConfiguration: { Enabled: true },
  ...more,
});
const serde = {
  InputFormatConfiguration: { Deserializer: { OpenXJsonSerDe: {} } },
  OutputFormatConfiguration: { Serializer: { ParquetSerDe: {} } },
  SchemaConfiguration: { RoleARN: "r", DatabaseName: "d", TableName: "t" },
};
const converting = (more: JsonObject = {}) => ({ DataFormatConversionConfiguration: { ...serde, ...more } });
const without = (member: keyof typeof serde) => {
  const { [member]: _, ...rest } = serde;
  return { DataFormatConversionConfiguration: rest };
};
const s3 = (more: JsonObject = {}): JsonObject => ({ RoleARN: "arn:r", BucketARN: "arn:aws:s3:::b", ...more });

const conversionLetter = (member: string) =>
  `Invalid conversion character used in the value of the expression in ${member}`;

const EXTENDED_S3: Case[] = [
  [{}, undefined],
  [{ EncryptionConfiguration: { NoEncryptionConfig: "NoEncryption" } }, undefined],
  [{ EncryptionConfiguration: {} }, "Exactly one of NoEncryptionConfig or KMSEncryptionConfig must be specified"],
  [
    { EncryptionConfiguration: { NoEncryptionConfig: "NoEncryption", KMSEncryptionConfig: { AWSKMSKeyARN: "k" } } },
    "Exactly one of NoEncryptionConfig or KMSEncryptionConfig must be specified",
  ],
  [{ S3BackupMode: "Enabled" }, "S3 backup destination configuration is required when enabling S3 backup."],
  [
    { S3BackupMode: "Enabled", S3BackupConfiguration: s3({ BufferingHints: { IntervalInSeconds: 0 } }) },
    "BufferingHints.IntervalInSeconds must be between 60 and 900 seconds for the S3 backup destination.",
  ],
  [{ Prefix: "!{timestamp:yyyy}/" }, "ErrorOutputPrefix cannot be null or empty when Prefix contains expressions"],
  [{ Prefix: "!{nobody:knows}/" }, "ErrorOutputPrefix cannot be null or empty when Prefix contains expressions"],
  [
    { ErrorOutputPrefix: "!{timestamp:yyyy}/" },
    "ErrorOutputPrefix must contain at least one occurrence of !{firehose:error-output-type}",
  ],
  [
    { Prefix: "!{firehose:error-output-type}/", ...errors },
    "Prefix must not contain any occurrence of !{firehose:error-output-type}",
  ],
  [{ Prefix: "!{nobody:knows}/", ...errors }, "Namespace to the left of colon (nobody) is an invalid keyword!"],
  [{ Prefix: "a!{b", ...errors }, "Invalid expression usage"],
  ...[..."CIJPRTUVbfijloprt"].map(
    (letter): Case => [{ Prefix: `!{timestamp:${letter}}`, ...errors }, conversionLetter("Prefix")],
  ),
  [{ ErrorOutputPrefix: "!{firehose:error-output-type}!{timestamp:b}" }, conversionLetter("ErrorOutputPrefix")],
  [{ Prefix: "p".repeat(512) }, undefined],
  [{ Prefix: "p".repeat(513) }, "Length of evaluated prefix cannot be greater than 512"],
  [{ ErrorOutputPrefix: "p".repeat(513) }, "Length of evaluated ErrorOutputPrefix cannot be greater than 512"],
  [
    { ErrorOutputPrefix: "!{partitionKeyFromQuery:a}!{firehose:error-output-type}" },
    "Dynamic Partitioning Namespaces can't be part of an error prefix expression",
  ],
  [{ CustomTimeZone: "Asia/Tokyo" }, undefined],
  [{ CustomTimeZone: "" }, undefined],
  [
    { CustomTimeZone: "Asia/Nowhere" },
    "CustomTimeZone Asia/Nowhere is not a known time zone. Use an IANA name such as Asia/Tokyo, or UTC.",
  ],
  [
    partitioned({ Prefix: "a/" }),
    "S3 Prefix should contain Dynamic Partitioning namespaces when Dynamic Partitioning is enabled",
  ],
  [
    partitioned({ Prefix: "!{partitionKeyFromLambda:a}/" }),
    "Processing Configuration is not enabled when DataPartitioning is enabled",
  ],
  [
    partitioned({ Prefix: "!{partitionKeyFromLambda:a}/!{partitionKeyFromQuery:b}/", ...processing(jq("{b:.b}")) }),
    "Lambda should be present when S3 Prefix contains keys from partitionKeyFromLambda namespace",
  ],
  [
    partitioned({ Prefix: "!{partitionKeyFromQuery:a}/", ...processing(lambda) }),
    "MetadataExtraction processor should be present when S3 Prefix has partitionKeyFromQuery namespace",
  ],
  [
    partitioned({ Prefix: "!{partitionKeyFromQuery:a}/", ...processing(jq("{a:.a, b:.b}")) }),
    "MetaDataExtraction JQ Query can't contain keys that are not present in the S3 Prefix expression",
  ],
  [
    partitioned({
      Prefix: "!{partitionKeyFromQuery:a}/",
      ...processing(jq("{a:.a}")),
      BufferingHints: { SizeInMBs: 63, IntervalInSeconds: 0 },
    }),
    "BufferingHints.SizeInMBs must be at least 64 when Dynamic Partitioning is enabled.",
  ],
  [
    partitioned({
      Prefix: "!{partitionKeyFromQuery:a}/",
      ...processing(jq("{a:.a}")),
      BufferingHints: { SizeInMBs: 64, IntervalInSeconds: 59 },
    }),
    "BufferingHints.IntervalInSeconds must be at least 60 seconds when Dynamic Partitioning is enabled.",
  ],
  [partitioned({ Prefix: "!{partitionKeyFromQuery:a}/", ...processing(jq("{a:.a}")) }), undefined],
  [
    { Prefix: "!{partitionKeyFromQuery:a}/", ...errors, ...processing(jq("{a:.a}")) },
    "S3 Prefix should not contain Dynamic Partitioning namespaces when Dynamic Partitioning is not enabled",
  ],
  [
    { ...converting(), CompressionFormat: "GZIP", BufferingHints: { SizeInMBs: 5 } },
    "The S3 destination's compression format must be set to UNCOMPRESSED when data format conversion is enabled. To enable compression within the converted output format, set the appropriate serialization option in the output format configuration.",
  ],
  [
    { ...without("InputFormatConfiguration"), BufferingHints: { SizeInMBs: 63 } },
    "BufferingHints.SizeInMBs must be at least 64 when data format conversion is enabled.",
  ],
  [converting(), undefined],
  [converting({ Enabled: true }), undefined],
  [{ DataFormatConversionConfiguration: { Enabled: false }, CompressionFormat: "GZIP" }, undefined],
  [{ DataFormatConversionConfiguration: {} }, "InputFormatConfiguration must not be null"],
  [without("OutputFormatConfiguration"), "OutputFormatConfiguration must not be null"],
  [without("SchemaConfiguration"), "SchemaConfiguration must not be null"],
  [converting({ InputFormatConfiguration: {} }), "Deserializer must not be null"],
  [converting({ OutputFormatConfiguration: {} }), "Serializer must not be null"],
  [
    converting({ InputFormatConfiguration: { Deserializer: { OpenXJsonSerDe: {}, HiveJsonSerDe: {} } } }),
    "More than one deserializer specified. Only one may be chosen.",
  ],
  [
    converting({ OutputFormatConfiguration: { Serializer: { ParquetSerDe: {}, OrcSerDe: {} } } }),
    "More than one serializer specified. Only one may be chosen.",
  ],
  [converting({ SchemaConfiguration: {} }), "SchemaConfiguration.RoleArn must not be null or empty"],
  [
    converting({ SchemaConfiguration: { RoleARN: "r", TableName: "t" } }),
    "SchemaConfiguration.DatabaseName must not be null or empty",
  ],
  [
    converting({ SchemaConfiguration: { RoleARN: "r", DatabaseName: "d" } }),
    "SchemaConfiguration.TableName must not be null or empty",
  ],
];

const COUNT = "A maximum of 5 and a minimum of 1 processor needs to be supplied when processing is enabled.";
const append = processor("AppendDelimiterToRecord");
const decompression = processor("Decompression");

const PROCESSORS: Case[] = [
  [processing(), COUNT],
  [processing(append, append, append, append, append, append), COUNT],
  [processing(append, append), undefined],
  [{ ProcessingConfiguration: { Enabled: false, Processors: [lambda, lambda] } }, undefined],
  [processing(lambda, lambda), "Cannot have more than 1 Lambda processor."],
  [processing(processor("Lambda")), "LambdaArn is required when Lambda processor is used."],
  [withLambda({ NumberOfRetries: "301" }), "Number of retries for lambda must be between 0 and 300."],
  [withLambda({ NumberOfRetries: "1.5" }), "Number of retries for lambda must be between 0 and 300."],
  [
    withLambda({ BufferSizeInMBs: "0.1", BufferIntervalInSeconds: "60" }),
    "BufferSizeInMBs for lambda processor must be between 0.2 and 3.",
  ],
  [
    withLambda({ BufferSizeInMBs: "0.2", BufferIntervalInSeconds: "901" }),
    "BufferIntervalInSeconds for lambda processor must be between 0 and 900.",
  ],
  [
    withLambda({ BufferSizeInMBs: "1" }),
    "Both BufferSizeInMBs and BufferIntervalInSeconds are required to configure buffering for lambda processor.",
  ],
  [
    processing(processor("MetadataExtraction", { JsonParsingEngine: "JQ-1.7", MetadataExtractionQuery: "{}" })),
    "MetaDataExtraction JSON Parsing Engine has to be one of JQ-1.6",
  ],
  [
    processing(processor("RecordDeAggregation", { SubRecordType: "CSV" })),
    "SubRecordType has to be one of JSON, DELIMITED",
  ],
  [
    processing(processor("RecordDeAggregation", { SubRecordType: "DELIMITED" })),
    "Delimiter should be present for DELIMITED",
  ],
  [
    processing(processor("RecordDeAggregation", { SubRecordType: "DELIMITED", Delimiter: "####" })),
    "Delimiter should be a base64 encoded string, such as IyMjIw== for ####",
  ],
  [processing(processor("RecordDeAggregation", { SubRecordType: "DELIMITED", Delimiter: "IyMjIw==" })), undefined],
  [processing(processor("Decompression", { CompressionFormat: "ZIP" })), "CompressionFormat has to be GZIP"],
  [
    processing(decompression, processor("CloudWatchLogProcessing", { DataMessageExtraction: "maybe" })),
    "Invalid parameter value for DataMessageExtraction. Allowed values are True and False.",
  ],
  [
    processing(processor("CloudWatchLogProcessing", { DataMessageExtraction: "true" })),
    "CloudWatchLogProcessingProcessor can only be enabled with DecompressionProcessor",
  ],
  [processing(decompression), undefined],
  [
    processing(decompression),
    "Enabling source decompression is not supported for existing stream with no Lambda function attached.",
    s3(),
  ],
  [processing(decompression), undefined, s3(processing(lambda))],
];

const redshift = (more: JsonObject = {}) => ({
  RoleARN: "r",
  ClusterJDBCURL: "u",
  CopyCommand: { DataTableName: "t" },
  Username: "u",
  Password: "secret",
  S3Configuration: s3(),
  ...more,
});
const search = (more: JsonObject = {}) => ({
  RoleARN: "r",
  IndexName: "i",
  DomainARN: "d",
  S3Configuration: s3(),
  ...more,
});
const splunk = (HECEndpoint: string) => ({ HECEndpoint, HECEndpointType: "Raw", S3Configuration: s3() });
const attribute = (AttributeName: string) => ({ AttributeName, AttributeValue: "v" });
const http = (...CommonAttributes: JsonObject[]) => ({
  EndpointConfiguration: { Url: "https://x" },
  RequestConfiguration: { CommonAttributes },
  S3Configuration: s3(),
});
const snowflake = (more: JsonObject = {}) => ({
  AccountUrl: "a",
  Database: "d",
  Schema: "s",
  Table: "t",
  RoleARN: "r",
  User: "u",
  PrivateKey: "k",
  S3Configuration: s3(),
  ...more,
});
const iceberg = (more: JsonObject = {}) => ({
  RoleARN: "r",
  CatalogConfiguration: {},
  S3Configuration: s3(),
  DestinationTableConfigurationList: [{ DestinationTableName: "t", DestinationDatabaseName: "d" }],
  ...more,
});

const HEC = "Invalid HECEndpoint. Supported endpoint format is https://<domain>:<port>.";
const ONE_TABLE =
  "A single default destination table configuration must be provided when both Lambda and MetadataExtraction processors are not provided";

const OTHERS: [DestinationKindName, JsonObject, string | undefined][] = [
  ["Redshift", redshift(), undefined],
  [
    "Redshift",
    redshift({ S3Configuration: s3({ CompressionFormat: "ZIP" }) }),
    "Only the following compression formats are allowed when using Redshift: [UNCOMPRESSED, GZIP]",
  ],
  [
    "Redshift",
    redshift({ S3Configuration: s3({ Prefix: "!{timestamp:yyyy}" }) }),
    "Prefix Expressions or ErrorOutputPrefix is currently not supported for this destination",
  ],
  [
    "Redshift",
    redshift({ S3Configuration: s3({ ErrorOutputPrefix: "e/" }) }),
    "Prefix Expressions or ErrorOutputPrefix is currently not supported for this destination",
  ],
  ["Amazonopensearchservice", search(), undefined],
  [
    "Amazonopensearchservice",
    search({ ClusterEndpoint: "https://x" }),
    "Cannot provide both Elasticsearch cluster endpoint and domain ARN. Provide only one of them.",
  ],
  [
    "Elasticsearch",
    { RoleARN: "r", IndexName: "i", S3Configuration: s3() },
    "Provide either the Elasticsearch cluster endpoint or domain arn.",
  ],
  ["Elasticsearch", search({ TypeName: "old" }), undefined],
  [
    "Amazonopensearchservice",
    search({ TypeName: "old" }),
    "Types are deprecated in Elasticsearch version 7+ and all OpenSearch versions. TypeName must be empty.",
  ],
  ["Splunk", splunk("https://splunk.example:8088"), undefined],
  ["Splunk", splunk("https://splunk.example"), HEC],
  ["Splunk", splunk("http://splunk.example:8088"), HEC],
  ["HttpEndpoint", http(attribute("a"), attribute("b")), undefined],
  ["HttpEndpoint", http(attribute("a"), attribute("a")), "Http Endpoint Common Attributes have duplicate name a"],
  ["Snowflake", snowflake(), undefined],
  [
    "Snowflake",
    snowflake({ DataLoadingOption: "VARIANT_CONTENT_AND_METADATA_MAPPING", ContentColumnName: "c" }),
    "Must provide ContentColumnName and MetadataColumnName when Data Loading Option is VARIANT_CONTENT_AND_METADATA_MAPPING.",
  ],
  [
    "Snowflake",
    snowflake({ ContentColumnName: "c" }),
    "ContentColumnName and MetadataColumnName must not be provided when Data Loading Option is JSON_MAPPING.",
  ],
  [
    "Snowflake",
    snowflake({ SnowflakeRoleConfiguration: { Enabled: true } }),
    "SnowflakeRole must be provided when SnowflakeRoleConfiguration is enabled.",
  ],
  ["Iceberg", iceberg(), undefined],
  [
    "Iceberg",
    iceberg({ S3BackupMode: "AllData" }),
    "S3BackupMode.AllData is not supported for Iceberg as destination.",
  ],
  ["Iceberg", iceberg({ DestinationTableConfigurationList: [] }), ONE_TABLE],
  ["Iceberg", iceberg({ DestinationTableConfigurationList: [], ...processing(lambda) }), undefined],
  [
    "Iceberg",
    iceberg({ S3Configuration: s3({ Prefix: "!{timestamp:yyyy}" }) }),
    "ErrorOutputPrefix cannot be null or empty when Prefix contains expressions",
  ],
];

for (const [asked, expected, before] of [...EXTENDED_S3, ...PROCESSORS]) {
  const update = before === undefined ? "" : " as an update";
  test(`ExtendedS3 with ${JSON.stringify(asked)}${update} is ${expected ?? "fine"}`, () => {
    assert.equal(firstProblem(destinationKinds.ExtendedS3.problems(s3(asked), before)), expected);
  });
}

for (const [kind, destination, expected] of OTHERS) {
  test(`${kind} with ${JSON.stringify(destination)} is ${expected ?? "fine"}`, () => {
    assert.equal(firstProblem(destinationKinds[kind].problems(destination)), expected);
  });
}

test("secrets are asked for unless a secrets manager holds them", () => {
  const problem = (kind: DestinationKindName, destination: JsonObject, ...absent: string[]) => {
    const rest = Object.fromEntries(Object.entries(destination).filter(([name]) => !absent.includes(name)));
    return firstProblem(destinationKinds[kind].problems(rest));
  };
  const managed = { SecretsManagerConfiguration: { Enabled: true } };
  const password = "Redshift Database Password is required for Redshift Destination";
  assert.equal(problem("Redshift", redshift(), "Password"), password);
  assert.equal(problem("Redshift", redshift(managed), "Username", "Password"), undefined);
  assert.equal(problem("Snowflake", snowflake(), "User", "PrivateKey"), "User must be provided.");
  assert.equal(problem("Snowflake", snowflake(), "PrivateKey"), "PrivateKey must be provided.");
  assert.equal(problem("Snowflake", snowflake(managed), "User", "PrivateKey"), undefined);
});

const QUERIES: [string, readonly string[] | undefined][] = [
  ["{a:.a}", ["a"]],
  [' { a : .x.y , "b c": (.z | {q:1}), d } ', ["a", "b c", "d"]],
  ['{year:.ts|strftime("%Y:%m,%d"),day:.ts|strftime("%d")}', ["year", "day"]],
  ["{}", []],
  [".a", undefined],
  ["{a:(.b}", undefined],
  ['{a:"}', undefined],
];

for (const [query, keys] of QUERIES) {
  test(`jqObjectKeys() of ${query}`, () => assert.deepEqual(jqObjectKeys(query), keys));
}
