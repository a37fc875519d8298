import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { parseConfiguration } from "../../server/configuration/load-configuration.ts";
import { configurationText } from "./configuration-text.ts";
import { importFile } from "./import-file.ts";
import type { Imported } from "./imported.ts";

const TEMPLATES = join(import.meta.dirname, "..", "..", "..", "test", "fixtures", "templates");
const NAMES = ["web-logs.yaml", "cdk-synth.json", "terraform-show.json", "describe.json"];

async function imported(name: string, parameters: Record<string, string> = {}): Promise<Imported> {
  return importFile(await readFile(join(TEMPLATES, name), "utf8"), name, parameters);
}

function request({ streams }: Imported, name: string) {
  const found = streams.find((stream) => stream.request.DeliveryStreamName === name);
  assert.ok(found, `${name} among ${streams.map((stream) => stream.request.DeliveryStreamName).join(", ")}`);
  return found.request;
}

function places({ notes }: Imported, kind: string): readonly string[] {
  return notes.filter((note) => note.kind === kind).map(({ at }) => at);
}

test("importFile() evaluates a CloudFormation template with its defaults", async () => {
  const found = await imported("web-logs.yaml");
  const { ExtendedS3DestinationConfiguration: s3, Tags } = request(found, "visits-dev") as unknown as {
    ExtendedS3DestinationConfiguration: Record<string, unknown>;
    Tags: unknown;
  };
  assert.equal(s3.BucketARN, "arn:aws:s3:::web-lake-dev-000000000000");
  assert.equal(s3.Prefix, "visits/dt=!{timestamp:yyyy-MM-dd}/");
  assert.deepEqual(s3.BufferingHints, { SizeInMBs: 64, IntervalInSeconds: 60 });
  assert.deepEqual(s3.CloudWatchLoggingOptions, { Enabled: true, LogStreamName: "S3Delivery" });
  assert.equal("S3BackupMode" in s3, false, "Fn::If took it back");
  assert.deepEqual(s3.ProcessingConfiguration, {
    Enabled: true,
    Processors: [
      {
        Type: "Lambda",
        Parameters: [
          { ParameterName: "LambdaArn", ParameterValue: "arn:aws:lambda:us-east-1:000000000000:function:enrich-dev" },
          { ParameterName: "NumberOfRetries", ParameterValue: "2" },
        ],
      },
    ],
  });
  assert.deepEqual(Tags, [
    { Key: "stage", Value: "dev" },
    { Key: "team", Value: "platform" },
  ]);
});

test("importFile() takes parameters, pseudo parameters and exports from the command line", async () => {
  const found = await imported("web-logs.yaml", {
    Stage: "prod",
    LogGroup: "/logs",
    "AWS::AccountId": "123456789012",
    "shared-delivery-role": "arn:aws:iam::123456789012:role/shared",
  });
  const visits = request(found, "visits-prod") as unknown as {
    ExtendedS3DestinationConfiguration: Record<string, unknown>;
  };
  const s3 = visits.ExtendedS3DestinationConfiguration;
  assert.equal(s3.BucketARN, "arn:aws:s3:::web-lake-prod-123456789012");
  assert.deepEqual(s3.BufferingHints, { SizeInMBs: 64, IntervalInSeconds: 300 });
  assert.equal(s3.S3BackupMode, "Enabled");
  assert.deepEqual(s3.S3BackupConfiguration, {
    BucketARN: "arn:aws:s3:::rawlake",
    RoleARN: "arn:aws:iam::123456789012:role/DeliveryRole",
    CompressionFormat: "GZIP",
  });
  assert.equal((s3.CloudWatchLoggingOptions as { LogGroupName: string }).LogGroupName, "/logs");
  const clicks = request(found, "Clicks") as unknown as { ExtendedS3DestinationConfiguration: { RoleARN: string } };
  assert.equal(clicks.ExtendedS3DestinationConfiguration.RoleARN, "arn:aws:iam::123456789012:role/shared");
  assert.equal(places(found, "lost").includes("Resources.RawLake"), false);
});

test("importFile() names what a template has and the import has not, and what was made up", async () => {
  const found = await imported("web-logs.yaml");
  const s3 = "ExtendedS3DestinationConfiguration";
  assert.deepEqual(places(found, "lost"), [
    "Resources.RawLake",
    "Resources.DeliveryRole",
    `Resources.Visits.${s3}.CloudWatchLoggingOptions.LogGroupName`,
    `Resources.Clicks.${s3}.RoleARN`,
    `Resources.Clicks.${s3}.FutureSetting`,
  ]);
  assert.ok(places(found, "assumed").includes("Resources.Clicks.DeliveryStreamName"));
  assert.ok(places(found, "assumed").includes("AWS::AccountId"));
  const function_ = found.notes.find(({ at }) => at === "Resources.Enrich");
  assert.equal(
    function_?.message,
    'put into function.yaml beside the code: runtime: "nodejs22.x", handler: "index.handler"',
  );
  const log = found.notes.find(({ at }) => at.endsWith("LogGroupName"));
  assert.match(log?.message ?? "", /--parameter LogGroup=VALUE/);
});

test("importFile() reads what the CDK synthesises, names included", async () => {
  const found = await imported("cdk-synth.json", { "AWS::Region": "eu-central-1" });
  assert.deepEqual(request(found, "OrdersStream9C0D1E2F"), {
    DeliveryStreamName: "OrdersStream9C0D1E2F",
    DeliveryStreamEncryptionConfigurationInput: { KeyType: "AWS_OWNED_CMK" },
    DeliveryStreamType: "DirectPut",
    ExtendedS3DestinationConfiguration: {
      BucketARN: "arn:aws:s3:::lakebucketa1b2c3d4",
      BufferingHints: { IntervalInSeconds: 60, SizeInMBs: 8 },
      CloudWatchLoggingOptions: { Enabled: true, LogGroupName: "LogGroup1", LogStreamName: "LogStream1" },
      CompressionFormat: "GZIP",
      Prefix: "orders/eu-central-1/",
      RoleARN: "arn:aws:iam::000000000000:role/DestinationRole5E6F7A8B",
    },
  });
});

test("importFile() reads Terraform's state: blocks, flattened names, empty text, modules, tables", async () => {
  const found = await imported("terraform-show.json");
  const { ExtendedS3DestinationConfiguration: s3, Tags } = request(found, "readings") as unknown as {
    ExtendedS3DestinationConfiguration: Record<string, unknown>;
    Tags: unknown;
  };
  assert.deepEqual(s3.BufferingHints, { IntervalInSeconds: 120, SizeInMBs: 64 });
  assert.deepEqual(s3.DynamicPartitioningConfiguration, { Enabled: true, RetryOptions: { DurationInSeconds: 300 } });
  assert.equal(s3.CustomTimeZone, "Europe/Berlin");
  assert.equal("FileExtension" in s3, false);
  assert.equal("EncryptionConfiguration" in s3, false);
  const { InputFormatConfiguration: input } = s3.DataFormatConversionConfiguration as unknown as Record<
    string,
    unknown
  >;
  assert.deepEqual(input, {
    Deserializer: {
      OpenXJsonSerDe: {
        CaseInsensitive: true,
        ColumnToJsonKeyMappings: { celsius: "temp" },
        ConvertDotsInJsonKeysToUnderscores: false,
      },
    },
  });
  assert.deepEqual(Tags, [
    { Key: "team", Value: "iot" },
    { Key: "cost-centre", Value: "42" },
  ]);
  assert.deepEqual(
    found.tables.map(({ database, input: table }) => [database, table.Name, table.TableType]),
    [["iot", "readings", "EXTERNAL_TABLE"]],
  );
  assert.deepEqual(places(found, "lost"), [
    "module.telemetry.aws_kinesis_firehose_delivery_stream.readings.future_argument",
    "aws_iam_role.firehose",
  ]);
});

test("importFile() moves the S3 part of Terraform's older providers into its destination", () => {
  const values = {
    name: "events",
    destination: "http_endpoint",
    http_endpoint_configuration: [{ url: "https://example.net/in", name: "in", access_key: "k", retry_duration: 60 }],
    s3_configuration: [
      { bucket_arn: "arn:aws:s3:::spill", role_arn: "arn:aws:iam::123456789012:role/f", buffer_size: 5 },
    ],
  };
  const resource = { address: "a.b", mode: "managed", type: "aws_kinesis_firehose_delivery_stream", values };
  const shown = { terraform_version: "1.0.0", values: { root_module: { resources: [resource] } } };
  const found = importFile(JSON.stringify(shown), "old", {});
  assert.deepEqual(request(found, "events").HttpEndpointDestinationConfiguration, {
    EndpointConfiguration: { Url: "https://example.net/in", Name: "in", AccessKey: "k" },
    RetryOptions: { DurationInSeconds: 60 },
    S3Configuration: {
      BucketARN: "arn:aws:s3:::spill",
      RoleARN: "arn:aws:iam::123456789012:role/f",
      BufferingHints: { SizeInMBs: 5 },
    },
  });
});

test("importFile() says of a plan what nobody knows yet", () => {
  const address = "aws_kinesis_firehose_delivery_stream.s";
  const plan = {
    terraform_version: "1.9.5",
    planned_values: {
      root_module: {
        resources: [
          {
            address,
            mode: "managed",
            type: "aws_kinesis_firehose_delivery_stream",
            values: { name: "s", extended_s3_configuration: [{ prefix: "s/" }] },
          },
        ],
      },
    },
    resource_changes: [
      { address, change: { after_unknown: { arn: true, extended_s3_configuration: [{ bucket_arn: true }] } } },
    ],
  };
  const found = importFile(JSON.stringify(plan), "plan.json", {});
  assert.deepEqual(found.streams, []);
  assert.deepEqual(places(found, "lost"), [`${address}.extended_s3_configuration[0].bucket_arn`, address]);
});

test("importFile() turns a description of a live account back into its request", async () => {
  const found = await imported("describe.json");
  const audit = request(found, "audit");
  assert.deepEqual(Object.keys(audit), [
    "DeliveryStreamName",
    "DeliveryStreamType",
    "DeliveryStreamEncryptionConfigurationInput",
    "ExtendedS3DestinationConfiguration",
  ]);
  const s3 = audit.ExtendedS3DestinationConfiguration as unknown as Record<string, { BucketARN: string }>;
  assert.equal(s3.S3BackupConfiguration?.BucketARN, "arn:aws:s3:::audit-raw");
  assert.deepEqual(places(found, "lost"), ["audit.Tags"]);
  assert.match(found.notes.find(({ kind }) => kind === "to-do")?.message ?? "", /the function redact:/);
});

test("importFile() tells a stream that reads elsewhere by its source, and drops only AWS's own facts of it", () => {
  const description = {
    DeliveryStreamName: "copies",
    DeliveryStreamType: "KinesisStreamAsSource",
    Source: {
      KinesisStreamSourceDescription: {
        KinesisStreamARN: "arn:aws:kinesis:eu-west-1:123456789012:stream/orders",
        RoleARN: "arn:aws:iam::123456789012:role/f",
        DeliveryStartTimestamp: "2024-01-01T00:00:00Z",
      },
    },
    Destinations: [
      { S3DestinationDescription: { BucketARN: "arn:aws:s3:::b", RoleARN: "arn:aws:iam::123456789012:role/f" } },
    ],
  };
  const found = importFile(JSON.stringify([description]), "copies.json", {});
  assert.deepEqual(request(found, "copies").KinesisStreamSourceConfiguration, {
    KinesisStreamARN: "arn:aws:kinesis:eu-west-1:123456789012:stream/orders",
    RoleARN: "arn:aws:iam::123456789012:role/f",
  });
  assert.deepEqual(places(found, "lost"), ["copies.Tags"]);
});

test("importFile() refuses what is none of these in one sentence", () => {
  assert.throws(() => importFile("hello", "a.txt", {}), /a\.txt: expected a template or a description, got string/);
  assert.throws(() => importFile("{a: 1}", "a.yaml", {}), /a\.yaml: expected a CloudFormation template/);
  assert.throws(() => importFile("a: [", "a.yaml", {}), /^CliError: a\.yaml: /);
});

for (const name of NAMES) {
  test(`configurationText() of ${name} is a configuration that the server takes`, async () => {
    const found = await imported(name);
    const text = configurationText(found, name);
    for (const { at } of found.notes) assert.ok(text.includes(at), at);
    const configuration = parseConfiguration(text, { path: name, environment: {} });
    assert.deepEqual(
      configuration.streams.map((stream) => stream.DeliveryStreamName),
      found.streams.map((stream) => stream.request.DeliveryStreamName),
    );
  });
}
