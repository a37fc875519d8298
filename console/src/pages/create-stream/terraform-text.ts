import { extensionsText } from "./cli-text.ts";
import { DESTINATION_KINDS, type DestinationKind } from "./destination-kinds.ts";
import type { BucketConfiguration, Processor, S3Configuration, StreamRequest } from "./draft.ts";

/** The stream as a Terraform resource of the provider `hashicorp/aws`, with the endpoint that it needs. */
export function terraformText(request: StreamRequest, endpoint: string): string {
  const { DeliveryStreamName: name, KinesisStreamSourceConfiguration: kinesis, Tags = [], lakehose } = request;
  const tags = Tags.map(({ Key, Value }) => `${text(Key)} = ${text(Value)}`);
  return lines([
    'provider "aws" {',
    ...inner(["endpoints {", ...inner([`firehose = ${text(endpoint)}`]), "}"]),
    "}",
    "",
    `resource "aws_kinesis_firehose_delivery_stream" ${text(name.replace(/[^A-Za-z0-9_-]/g, "_"))} {`,
    ...inner([
      `name        = ${text(name)}`,
      `destination = ${text(kindOf(request)?.terraform ?? "extended_s3")}`,
      ...(kinesis === undefined
        ? []
        : section("kinesis_source_configuration", [
            `kinesis_stream_arn = ${text(kinesis.KinesisStreamARN)}`,
            `role_arn           = ${text(kinesis.RoleARN)}`,
          ])),
      ...kafkaSource(request.MSKSourceConfiguration),
      ...destinationBlock(request),
      ...(tags.length === 0 ? [] : ["", "tags = {", ...inner(tags), "}"]),
    ]),
    "}",
    ...(lakehose === undefined ? [] : ["", "# What AWS has no word for, once the stream is there:"]),
    ...(lakehose === undefined ? [] : commented(extensionsText(name, lakehose, endpoint))),
  ]);
}

function commented(command: string): readonly string[] {
  return command.split("\n").map((line) => `# ${line}`);
}

function kindOf(request: StreamRequest): DestinationKind | undefined {
  return DESTINATION_KINDS.find(({ member }) => member in request);
}

function kafkaSource(source: StreamRequest["MSKSourceConfiguration"]): readonly string[] {
  if (source === undefined) return [];
  const { RoleARN, Connectivity } = source.AuthenticationConfiguration;
  return section("msk_source_configuration", [
    `msk_cluster_arn = ${text(source.MSKClusterARN)}`,
    `topic_name      = ${text(source.TopicName)}`,
    ...section("authentication_configuration", [
      `connectivity = ${text(Connectivity)}`,
      `role_arn     = ${text(RoleARN)}`,
    ]),
  ]);
}

function destinationBlock(request: StreamRequest): readonly string[] {
  const { ExtendedS3DestinationConfiguration: s3 } = request;
  if (s3 !== undefined) return section("extended_s3_configuration", destination(s3));
  const kind = kindOf(request);
  return kind === undefined ? [] : section(`${kind.terraform}_configuration`, otherDestination(kind, request));
}

/** Its arguments are flat, whatever part of the request they are of. */
function otherDestination({ member, fields }: DestinationKind, request: StreamRequest): readonly string[] {
  const configuration = request[member as "OtherDestinationConfiguration"] as OtherConfiguration;
  const { RoleARN, BufferingHints, S3Configuration } = configuration;
  const given = fields.flatMap(({ path: [name, inner], terraform }) => {
    const part = configuration[name];
    const value = inner === undefined ? part : (part as Readonly<Record<string, unknown>> | undefined)?.[inner];
    return value === undefined ? [] : [`${terraform} = ${text(String(value))}`];
  });
  return [
    ...(RoleARN === undefined ? [] : [`role_arn = ${text(RoleARN)}`]),
    ...given,
    ...(BufferingHints === undefined ? [] : hints(BufferingHints)),
    ...logging(configuration),
    ...processing(configuration),
    ...section("s3_configuration", bucket(S3Configuration)),
  ];
}

interface OtherConfiguration extends Pick<S3Configuration, "CloudWatchLoggingOptions" | "ProcessingConfiguration"> {
  readonly RoleARN?: string;
  readonly BufferingHints?: S3Configuration["BufferingHints"];
  readonly S3Configuration: BucketConfiguration;
  readonly [member: string]: unknown;
}

function hints({ SizeInMBs, IntervalInSeconds }: S3Configuration["BufferingHints"]): readonly string[] {
  return [`buffering_size      = ${SizeInMBs}`, `buffering_interval  = ${IntervalInSeconds}`];
}

function bucket(s3: BucketConfiguration): readonly string[] {
  return [
    `role_arn            = ${text(s3.RoleARN)}`,
    `bucket_arn          = ${text(s3.BucketARN)}`,
    `prefix              = ${text(s3.Prefix)}`,
    `error_output_prefix = ${text(s3.ErrorOutputPrefix)}`,
    ...hints(s3.BufferingHints),
    `compression_format  = ${text(s3.CompressionFormat)}`,
  ];
}

function logging({ CloudWatchLoggingOptions: options }: Pick<S3Configuration, "CloudWatchLoggingOptions">) {
  return section("cloudwatch_logging_options", [
    `enabled = ${options.Enabled}`,
    ...(options.LogGroupName === undefined ? [] : [`log_group_name = ${text(options.LogGroupName)}`]),
    ...(options.LogStreamName === undefined ? [] : [`log_stream_name = ${text(options.LogStreamName)}`]),
  ]);
}

function processing({ ProcessingConfiguration: wanted }: Pick<S3Configuration, "ProcessingConfiguration">) {
  if (wanted === undefined) return [];
  return section("processing_configuration", ["enabled = true", ...wanted.Processors.flatMap(processorBlock)]);
}

function destination(s3: S3Configuration): readonly string[] {
  return [
    ...bucket(s3),
    ...logging(s3),
    ...(s3.DynamicPartitioningConfiguration === undefined
      ? []
      : section("dynamic_partitioning_configuration", ["enabled = true"])),
    ...processing(s3),
    ...conversion(s3.DataFormatConversionConfiguration),
  ];
}

function processorBlock({ Type, Parameters }: Processor): readonly string[] {
  const parameters = Parameters.flatMap(({ ParameterName, ParameterValue }) =>
    section("parameters", [`parameter_name  = ${text(ParameterName)}`, `parameter_value = ${text(ParameterValue)}`]),
  );
  return section("processors", [`type = ${text(Type)}`, ...parameters]);
}

function conversion(wanted: S3Configuration["DataFormatConversionConfiguration"]): readonly string[] {
  if (wanted === undefined) return [];
  const { DatabaseName, TableName, RoleARN } = wanted.SchemaConfiguration;
  return section("data_format_conversion_configuration", [
    "input_format_configuration {",
    ...inner(["deserializer {", ...inner(["open_x_json_ser_de {}"]), "}"]),
    "}",
    ...section("output_format_configuration", ["serializer {", ...inner(["parquet_ser_de {}"]), "}"]),
    ...section("schema_configuration", [
      `database_name = ${text(DatabaseName)}`,
      `table_name    = ${text(TableName)}`,
      `role_arn      = ${text(RoleARN)}`,
    ]),
  ]);
}

function section(name: string, body: readonly string[]): readonly string[] {
  return ["", `${name} {`, ...inner(body), "}"];
}

function inner(body: readonly string[]): readonly string[] {
  return body.map((line) => (line === "" ? "" : `  ${line}`));
}

function lines(all: readonly string[]): string {
  return `${all.join("\n")}\n`;
}

/** A string of HCL, in which `${` and `%{` begin templates. */
function text(value: string): string {
  return JSON.stringify(value).replaceAll("${", "$$${").replaceAll("%{", "%%{");
}
