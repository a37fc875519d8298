/** What somebody has put into the wizard, and the CreateDeliveryStream request that comes of it. */
import { configurationOf, DESTINATION_KINDS, type DestinationKindName, type FieldValues } from "./destination-kinds.ts";
import { entryOf, type FurtherDestination, type FurtherEntry } from "./further-kinds.ts";

export interface PartitionKey {
  readonly id: number;
  readonly name: string;
  /** Where its value stands in a record, as jq has it: `.customer.id`. */
  readonly query: string;
}

export interface Draft {
  readonly name: string;
  readonly source: "direct" | "kinesis" | "kafka";
  readonly kinesisArn: string;
  readonly kafkaArn: string;
  readonly kafkaTopic: string;
  /** Name of a function; empty = none. */
  readonly functionName: string;
  readonly appendsLineFeed: boolean;
  readonly partitionKeys: readonly PartitionKey[];
  readonly destination: "s3" | DestinationKindName;
  /** Of the destination, where it is no bucket. */
  readonly values: FieldValues;
  readonly further: readonly FurtherDestination[];
  readonly bucket: string;
  /** Empty = `suggestedPrefix`. */
  readonly prefix: string;
  readonly errorPrefix: string;
  readonly format: "as-is" | "parquet";
  /** `DATABASE.TABLE` that has the columns of Parquet files. */
  readonly table: string;
  readonly compression: (typeof COMPRESSIONS)[number];
  readonly megabytes: number;
  readonly seconds: number;
  /** `6h`; empty = never. */
  readonly rollIdle: string;
  /** `08:30 Europe/London`; empty = never. */
  readonly rollAt: string;
  readonly logsErrors: boolean;
}

export const COMPRESSIONS = ["UNCOMPRESSED", "GZIP", "ZIP", "Snappy", "HADOOP_SNAPPY"] as const;

export const EMPTY_DRAFT: Draft = {
  name: "",
  source: "direct",
  kinesisArn: "",
  kafkaArn: "",
  kafkaTopic: "",
  functionName: "",
  appendsLineFeed: false,
  partitionKeys: [],
  destination: "s3",
  values: {},
  further: [],
  bucket: "lake",
  prefix: "",
  errorPrefix: "",
  format: "as-is",
  table: "",
  compression: "GZIP",
  megabytes: 5,
  seconds: 300,
  rollIdle: "",
  rollAt: "",
  logsErrors: true,
};

/** A type and no interface, so that it passes for any JSON object, which the API takes. */
export type StreamRequest = {
  readonly DeliveryStreamName: string;
  readonly DeliveryStreamType: "DirectPut" | "KinesisStreamAsSource" | "MSKAsSource";
  readonly KinesisStreamSourceConfiguration?: { readonly KinesisStreamARN: string; readonly RoleARN: string };
  readonly MSKSourceConfiguration?: {
    readonly MSKClusterARN: string;
    readonly TopicName: string;
    readonly AuthenticationConfiguration: { readonly RoleARN: string; readonly Connectivity: "PRIVATE" };
  };
  readonly ExtendedS3DestinationConfiguration?: S3Configuration;
  /** The configuration of any other kind, under its name. */
  readonly [member: `${string}DestinationConfiguration`]: object | undefined;
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
  readonly lakehose?: { readonly destinations: readonly FurtherEntry[] };
};

export interface BucketConfiguration {
  readonly RoleARN: string;
  readonly BucketARN: string;
  readonly Prefix: string;
  readonly ErrorOutputPrefix: string;
  readonly BufferingHints: { readonly SizeInMBs: number; readonly IntervalInSeconds: number };
  readonly CompressionFormat: Draft["compression"];
}

export interface S3Configuration extends BucketConfiguration {
  readonly CloudWatchLoggingOptions: {
    readonly Enabled: boolean;
    readonly LogGroupName?: string;
    readonly LogStreamName?: string;
  };
  readonly DynamicPartitioningConfiguration?: { readonly Enabled: true };
  readonly ProcessingConfiguration?: { readonly Enabled: true; readonly Processors: readonly Processor[] };
  readonly DataFormatConversionConfiguration?: {
    readonly Enabled: true;
    readonly InputFormatConfiguration: { readonly Deserializer: { readonly OpenXJsonSerDe: object } };
    readonly OutputFormatConfiguration: { readonly Serializer: { readonly ParquetSerDe: object } };
    readonly SchemaConfiguration: {
      readonly DatabaseName: string;
      readonly TableName: string;
      readonly RoleARN: string;
    };
  };
}

export interface Processor {
  readonly Type: string;
  readonly Parameters: readonly { readonly ParameterName: string; readonly ParameterValue: string }[];
}

/** AWS wants one; here it grants nothing and is refused nothing. */
const ROLE = "arn:aws:iam::000000000000:role/lakehose";

/** Smallest buffers that AWS takes with partitions from content, and with format conversion. */
const PARTITIONING_MEGABYTES_MIN = 64;

export function requestOf(draft: Draft): StreamRequest {
  const tags = [
    { Key: "lakehose:roll-idle", Value: draft.rollIdle },
    { Key: "lakehose:roll-at", Value: draft.rollAt },
  ].filter(({ Value }) => Value !== "");
  return {
    DeliveryStreamName: draft.name,
    ...sourceOf(draft),
    ...destinationOf(draft),
    ...(tags.length > 0 && { Tags: tags }),
    ...(draft.further.length > 0 && { lakehose: { destinations: draft.further.map(entryOf) } }),
  };
}

function sourceOf({ source, kinesisArn, kafkaArn, kafkaTopic }: Draft) {
  if (source === "direct") return { DeliveryStreamType: "DirectPut" } as const;
  if (source === "kinesis") {
    const configuration = { KinesisStreamARN: kinesisArn, RoleARN: ROLE };
    return { DeliveryStreamType: "KinesisStreamAsSource", KinesisStreamSourceConfiguration: configuration } as const;
  }
  const authentication = { RoleARN: ROLE, Connectivity: "PRIVATE" } as const;
  const configuration = {
    MSKClusterARN: kafkaArn,
    TopicName: kafkaTopic,
    AuthenticationConfiguration: authentication,
  };
  return { DeliveryStreamType: "MSKAsSource", MSKSourceConfiguration: configuration } as const;
}

function destinationOf(draft: Draft): Partial<StreamRequest> {
  const kind = DESTINATION_KINDS.find(({ value }) => value === draft.destination);
  if (kind === undefined) return { ExtendedS3DestinationConfiguration: s3Of(draft) };
  const { hintsMax, hasRole } = kind;
  const s3 = bucketOf(draft);
  const hints = hintsMax && {
    SizeInMBs: Math.min(draft.megabytes, hintsMax.megabytes),
    IntervalInSeconds: Math.min(draft.seconds, hintsMax.seconds),
  };
  const configuration = {
    ...(hasRole && { RoleARN: ROLE }),
    ...configurationOf(kind, draft.values),
    ...(hints !== undefined && { BufferingHints: hints }),
    CloudWatchLoggingOptions: loggingOf(draft),
    ...processingOf(draft),
    S3Configuration: s3,
  };
  return { [kind.member as "OtherDestinationConfiguration"]: configuration };
}

function s3Of(draft: Draft): S3Configuration {
  return {
    ...bucketOf(draft),
    CloudWatchLoggingOptions: loggingOf(draft),
    ...(draft.partitionKeys.length > 0 && { DynamicPartitioningConfiguration: { Enabled: true } }),
    ...processingOf(draft),
    ...(draft.format === "parquet" && { DataFormatConversionConfiguration: conversionOf(draft) }),
  };
}

/** What every kind has of a bucket: its own data, or what it could not deliver. */
function bucketOf(draft: Draft): BucketConfiguration {
  return {
    RoleARN: ROLE,
    BucketARN: `arn:aws:s3:::${draft.bucket}`,
    Prefix: draft.prefix === "" ? suggestedPrefix(draft) : draft.prefix,
    ErrorOutputPrefix: draft.errorPrefix === "" ? suggestedErrorPrefix(draft) : draft.errorPrefix,
    BufferingHints: { SizeInMBs: megabytesOf(draft), IntervalInSeconds: draft.seconds },
    CompressionFormat: draft.format === "parquet" ? "UNCOMPRESSED" : draft.compression,
  };
}

function loggingOf({ name, logsErrors }: Draft): S3Configuration["CloudWatchLoggingOptions"] {
  if (!logsErrors) return { Enabled: false };
  return { Enabled: true, LogGroupName: `/lakehose/${name}`, LogStreamName: "DestinationDelivery" };
}

function processingOf(draft: Draft): Pick<S3Configuration, "ProcessingConfiguration"> {
  const processors = processorsOf(draft);
  return processors.length === 0 ? {} : { ProcessingConfiguration: { Enabled: true, Processors: processors } };
}

/** What is in force: AWS takes no less for some kinds of streams. */
export function megabytesOf(draft: Draft): number {
  const large = draft.partitionKeys.length > 0 || draft.format === "parquet";
  return large ? Math.max(PARTITIONING_MEGABYTES_MIN, draft.megabytes) : draft.megabytes;
}

export function suggestedPrefix({ name, partitionKeys }: Draft): string {
  const keys = partitionKeys.map((key) => `${key.name}=!{partitionKeyFromQuery:${key.name}}/`).join("");
  return keys === "" ? `${name}/!{timestamp:yyyy/MM/dd/HH}/` : `${name}/${keys}`;
}

export function suggestedErrorPrefix({ name }: Draft): string {
  return `errors/${name}/!{firehose:error-output-type}/`;
}

function processorsOf({ functionName, partitionKeys, appendsLineFeed }: Draft): readonly Processor[] {
  const arn = `arn:aws:lambda:us-east-1:000000000000:function:${functionName}`;
  const query = `{${partitionKeys.map((key) => `${key.name}: ${key.query}`).join(", ")}}`;
  return [
    ...(functionName === "" ? [] : [processor("Lambda", { LambdaArn: arn })]),
    ...(partitionKeys.length === 0
      ? []
      : [processor("MetadataExtraction", { MetadataExtractionQuery: query, JsonParsingEngine: "JQ-1.6" })]),
    ...(appendsLineFeed ? [processor("AppendDelimiterToRecord", { Delimiter: "\\n" })] : []),
  ];
}

function processor(Type: string, parameters: Readonly<Record<string, string>>): Processor {
  const Parameters = Object.entries(parameters).map(([ParameterName, ParameterValue]) => ({
    ParameterName,
    ParameterValue,
  }));
  return { Type, Parameters };
}

function conversionOf({ table }: Draft): NonNullable<S3Configuration["DataFormatConversionConfiguration"]> {
  const dot = table.indexOf(".");
  return {
    Enabled: true,
    InputFormatConfiguration: { Deserializer: { OpenXJsonSerDe: {} } },
    OutputFormatConfiguration: { Serializer: { ParquetSerDe: {} } },
    SchemaConfiguration: { DatabaseName: table.slice(0, dot), TableName: table.slice(dot + 1), RoleARN: ROLE },
  };
}
