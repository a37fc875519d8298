import type { Draw } from "../simulation/draw.ts";

const ROLE = "arn:aws:iam::000000000000:role/delivery";
const KEY = "arn:aws:kms:eu-west-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab";

/** The stream that takes records, before, during and after. */
export const MAIN_STREAM = "main";

/** A request of each of the twelve operations that the server would take, or refuse for its state alone. */
export function validRequest(draw: Draw): { readonly operation: string; readonly body: object } {
  const operation = draw.weighted(WEIGHTS);
  return { operation, body: REQUESTS[operation](draw) };
}

const WEIGHTS = {
  PutRecord: 20,
  PutRecordBatch: 20,
  CreateDeliveryStream: 15,
  DeleteDeliveryStream: 8,
  DescribeDeliveryStream: 6,
  ListDeliveryStreams: 5,
  ListTagsForDeliveryStream: 5,
  StartDeliveryStreamEncryption: 3,
  StopDeliveryStreamEncryption: 3,
  TagDeliveryStream: 6,
  UntagDeliveryStream: 4,
  UpdateDestination: 10,
} as const;

export const OPERATIONS: readonly string[] = Object.keys(WEIGHTS);

const REQUESTS: Readonly<Record<keyof typeof WEIGHTS, (draw: Draw) => object>> = {
  PutRecord: (draw) => ({ DeliveryStreamName: MAIN_STREAM, Record: record(draw) }),
  PutRecordBatch: (draw) => ({
    DeliveryStreamName: MAIN_STREAM,
    Records: Array.from({ length: draw.between(1, 5) }, () => record(draw)),
  }),
  CreateDeliveryStream: (draw) => ({
    DeliveryStreamName: sideStream(draw),
    DeliveryStreamType: "DirectPut",
    DeliveryStreamEncryptionConfigurationInput: { KeyType: "AWS_OWNED_CMK" },
    ExtendedS3DestinationConfiguration: destination(draw),
    Tags: [{ Key: "lakehose:roll-size", Value: "1MiB" }],
  }),
  DeleteDeliveryStream: (draw) => ({ DeliveryStreamName: sideStream(draw), AllowForceDelete: true }),
  DescribeDeliveryStream: (draw) => ({
    DeliveryStreamName: anyStream(draw),
    Limit: 1,
    ExclusiveStartDestinationId: "destinationId-000000000001",
  }),
  ListDeliveryStreams: () => ({
    Limit: 10,
    DeliveryStreamType: "DirectPut",
    ExclusiveStartDeliveryStreamName: "a",
  }),
  ListTagsForDeliveryStream: (draw) => ({
    DeliveryStreamName: anyStream(draw),
    ExclusiveStartTagKey: "a",
    Limit: 5,
  }),
  StartDeliveryStreamEncryption: (draw) => ({
    DeliveryStreamName: sideStream(draw),
    DeliveryStreamEncryptionConfigurationInput: { KeyType: "CUSTOMER_MANAGED_CMK", KeyARN: KEY },
  }),
  StopDeliveryStreamEncryption: (draw) => ({ DeliveryStreamName: sideStream(draw) }),
  TagDeliveryStream: (draw) => ({
    DeliveryStreamName: sideStream(draw),
    Tags: [
      { Key: "team", Value: "clicks" },
      { Key: "lakehose:roll-records", Value: "1000" },
    ],
  }),
  UntagDeliveryStream: (draw) => ({ DeliveryStreamName: sideStream(draw), TagKeys: ["team", "lakehose:roll-records"] }),
  UpdateDestination: (draw) => ({
    DeliveryStreamName: sideStream(draw),
    CurrentDeliveryStreamVersionId: String(draw.between(1, 3)),
    DestinationId: "destinationId-000000000001",
    ExtendedS3DestinationUpdate: destination(draw),
  }),
};

function destination(draw: Draw): object {
  const s3 = {
    RoleARN: ROLE,
    BucketARN: "arn:aws:s3:::lake",
    Prefix: "events/!{timestamp:yyyy/MM}/",
    ErrorOutputPrefix: "errors/!{firehose:error-output-type}/",
    BufferingHints: { SizeInMBs: 5, IntervalInSeconds: 60 },
    CompressionFormat: draw.pick(["GZIP", "UNCOMPRESSED", "Snappy"]),
    EncryptionConfiguration: { NoEncryptionConfig: "NoEncryption" },
    CloudWatchLoggingOptions: { Enabled: true, LogGroupName: "group", LogStreamName: "stream" },
  };
  return {
    ...s3,
    FileExtension: ".json.gz",
    CustomTimeZone: "Europe/London",
    ProcessingConfiguration: { Enabled: true, Processors: [{ Type: "AppendDelimiterToRecord", Parameters: [] }] },
    S3BackupMode: "Disabled",
  };
}

function record(draw: Draw): object {
  return { Data: draw.random.bytes(draw.between(0, 60)).toString("base64") };
}

function sideStream(draw: Draw): string {
  return `side-${draw.between(0, 4)}`;
}

function anyStream(draw: Draw): string {
  return draw.chance(0.5) ? MAIN_STREAM : sideStream(draw);
}
