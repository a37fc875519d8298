import assert from "node:assert/strict";
import { test } from "node:test";
import { checkShape, type Shape } from "../../protocol/shape.ts";
import { WireError } from "../../protocol/wire-error.ts";
import * as requests from "./requests.ts";

const ROLE = "arn:aws:iam::000000000000:role/firehose";
const BUCKET = "arn:aws:s3:::lake";

function patternsOf(shape: Shape): string[] {
  switch (shape.type) {
    case "structure":
      return Object.values(shape.members).flatMap(patternsOf);
    case "list":
      return patternsOf(shape.member);
    case "map":
      return patternsOf(shape.value);
    case "string":
      return shape.pattern === undefined ? [] : [shape.pattern];
    default:
      return [];
  }
}

test("every pattern of every request is a regular expression", () => {
  const patterns = Object.values(requests).flatMap(patternsOf);
  assert.ok(patterns.length > 100);
  for (const pattern of patterns) assert.ok(new RegExp(pattern, "u"));
});

test("every required member is a member", () => {
  const visit = (shape: Shape): void => {
    if (shape.type === "list") visit(shape.member);
    if (shape.type !== "structure") return;
    for (const name of shape.required) assert.ok(Object.hasOwn(shape.members, name), name);
    Object.values(shape.members).forEach(visit);
  };
  Object.values(requests).forEach(visit);
});

/** Typed loosely: the value's type is of no interest here, and working it out for any shape has no end. */
const check = checkShape as unknown as (shape: Shape, value: unknown) => unknown;

function refusal(shape: Shape, value: unknown): string {
  try {
    check(shape, value);
  } catch (error) {
    if (error instanceof WireError) return error.message;
    throw error;
  }
  return "accepted";
}

const s3 = (members: object) => ({
  DeliveryStreamName: "s",
  ExtendedS3DestinationConfiguration: { RoleARN: ROLE, BucketARN: BUCKET, ...members },
});

const at = "1 validation error detected: Value at";
const broken = "failed to satisfy constraint:";

const cases: [string, Shape, object, string][] = [
  [
    "compression format",
    requests.createDeliveryStreamRequest,
    s3({ CompressionFormat: "gzip" }),
    `${at} 'extendedS3DestinationConfiguration.compressionFormat' ${broken} Member must satisfy enum value set: [ZIP, HADOOP_SNAPPY, Snappy, GZIP, UNCOMPRESSED]`,
  ],
  [
    "size hint",
    requests.createDeliveryStreamRequest,
    s3({ BufferingHints: { SizeInMBs: 129 } }),
    `${at} 'extendedS3DestinationConfiguration.bufferingHints.sizeInMBs' ${broken} Member must have value less than or equal to 128`,
  ],
  [
    "interval 0 is accepted",
    requests.createDeliveryStreamRequest,
    s3({ BufferingHints: { IntervalInSeconds: 0 }, FileExtension: "", CustomTimeZone: "", Prefix: "" }),
    "accepted",
  ],
  [
    "file extension",
    requests.createDeliveryStreamRequest,
    s3({ FileExtension: ".JSON" }),
    `${at} 'extendedS3DestinationConfiguration.fileExtension' ${broken} Member must satisfy regular expression pattern: ^$|\\.[0-9a-z!\\-_.*'()]+`,
  ],
  [
    "missing name",
    requests.describeDeliveryStreamRequest,
    {},
    `${at} 'deliveryStreamName' ${broken} Member must not be null`,
  ],
  [
    "reserved tag key",
    requests.tagDeliveryStreamRequest,
    { DeliveryStreamName: "s", Tags: [{ Key: "aws:x" }] },
    `${at} 'tags.1.member.key' ${broken} Member must satisfy regular expression pattern: ^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:\\/=+\\-@%]*$`,
  ],
  [
    "setting tag is accepted",
    requests.tagDeliveryStreamRequest,
    { DeliveryStreamName: "s", Tags: [{ Key: "lakehose:roll-at", Value: "08:30 Europe/London" }] },
    "accepted",
  ],
  [
    "two errors at once",
    requests.createDeliveryStreamRequest,
    { DeliveryStreamName: "s", S3DestinationConfiguration: {} },
    `2 validation errors detected: Value at 's3DestinationConfiguration.roleARN' ${broken} Member must not be null; Value at 's3DestinationConfiguration.bucketARN' ${broken} Member must not be null`,
  ],
];

for (const [name, shape, value, expected] of cases) {
  test(`checkShape() with the Firehose shapes: ${name}`, () => assert.equal(refusal(shape, value), expected));
}
