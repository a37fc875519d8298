import type { Processor, S3Configuration, StreamRequest } from "./draft.ts";

/** The stream as a Terraform resource of the provider `hashicorp/aws`, with the endpoint that it needs. */
export function terraformText(request: StreamRequest, endpoint: string): string {
  const { DeliveryStreamName: name, KinesisStreamSourceConfiguration: kinesis, Tags = [] } = request;
  const tags = Tags.map(({ Key, Value }) => `${text(Key)} = ${text(Value)}`);
  return lines([
    'provider "aws" {',
    ...inner(["endpoints {", ...inner([`firehose = ${text(endpoint)}`]), "}"]),
    "}",
    "",
    `resource "aws_kinesis_firehose_delivery_stream" ${text(name.replace(/[^A-Za-z0-9_-]/g, "_"))} {`,
    ...inner([
      `name        = ${text(name)}`,
      'destination = "extended_s3"',
      ...(kinesis === undefined
        ? []
        : section("kinesis_source_configuration", [
            `kinesis_stream_arn = ${text(kinesis.KinesisStreamARN)}`,
            `role_arn           = ${text(kinesis.RoleARN)}`,
          ])),
      ...section("extended_s3_configuration", destination(request.ExtendedS3DestinationConfiguration)),
      ...(tags.length === 0 ? [] : ["", "tags = {", ...inner(tags), "}"]),
    ]),
    "}",
  ]);
}

function destination(s3: S3Configuration): readonly string[] {
  const { CloudWatchLoggingOptions: logging, ProcessingConfiguration: processing } = s3;
  return [
    `role_arn            = ${text(s3.RoleARN)}`,
    `bucket_arn          = ${text(s3.BucketARN)}`,
    `prefix              = ${text(s3.Prefix)}`,
    `error_output_prefix = ${text(s3.ErrorOutputPrefix)}`,
    `buffering_size      = ${s3.BufferingHints.SizeInMBs}`,
    `buffering_interval  = ${s3.BufferingHints.IntervalInSeconds}`,
    `compression_format  = ${text(s3.CompressionFormat)}`,
    ...section("cloudwatch_logging_options", [
      `enabled = ${logging.Enabled}`,
      ...(logging.LogGroupName === undefined ? [] : [`log_group_name = ${text(logging.LogGroupName)}`]),
      ...(logging.LogStreamName === undefined ? [] : [`log_stream_name = ${text(logging.LogStreamName)}`]),
    ]),
    ...(s3.DynamicPartitioningConfiguration === undefined
      ? []
      : section("dynamic_partitioning_configuration", ["enabled = true"])),
    ...(processing === undefined
      ? []
      : section("processing_configuration", ["enabled = true", ...processing.Processors.flatMap(processorBlock)])),
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
