import assert from "node:assert/strict";
import { test } from "node:test";
import { blob, boolean, checkShape, integer, list, map, oneOf, string, structure, timestamp } from "./shape.ts";
import { WireError } from "./wire-error.ts";

const destination = structure(
  {
    BufferingHints: structure({ SizeInMBs: integer({ min: 1, max: 128 }) }),
    CompressionFormat: oneOf("ZIP", "GZIP"),
    RoleARN: string({ min: 1, max: 12, pattern: "arn:.*" }),
  },
  ["RoleARN"],
);
const request = structure(
  {
    DeliveryStreamName: string({ min: 1, max: 8, pattern: "[a-zA-Z0-9_.-]+" }),
    ExtendedS3DestinationConfiguration: destination,
    Records: list(structure({ Data: blob({ max: 3 }) }, ["Data"]), { min: 1, max: 2 }),
    Labels: map(string({ max: 2 })),
    Force: boolean(),
    At: timestamp(),
  },
  ["DeliveryStreamName"],
);

function refusal(value: unknown): { code: string; message: string } {
  try {
    checkShape(request, value);
  } catch (error) {
    if (error instanceof WireError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error("was accepted");
}

test("checkShape returns known members only, with null as absent and blobs decoded", () => {
  const value = checkShape(request, {
    DeliveryStreamName: "s",
    Unknown: { deep: [1] },
    Force: null,
    Records: [{ Data: "YWI=" }, { Data: "" }],
    Labels: { a: "b", c: null },
  });
  const name: string = value.DeliveryStreamName;
  assert.equal(name, "s");
  assert.deepEqual(Object.keys(value), ["DeliveryStreamName", "Records", "Labels"]);
  assert.deepEqual(
    value.Records?.map((record) => record.Data.toString()),
    ["ab", ""],
  );
  assert.deepEqual(value.Labels, { a: "b" });
});

test("checkShape words each broken constraint as AWS does", () => {
  const prefix = "1 validation error detected: Value at ";
  const cases: [object, string][] = [
    [{}, "'deliveryStreamName' failed to satisfy constraint: Member must not be null"],
    [
      { DeliveryStreamName: "123456789" },
      "'deliveryStreamName' failed to satisfy constraint: Member must have length less than or equal to 8",
    ],
    [
      { DeliveryStreamName: "a b" },
      "'deliveryStreamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
    ],
    [
      { DeliveryStreamName: "s\n" },
      "'deliveryStreamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
    ],
    [
      { DeliveryStreamName: "s", ExtendedS3DestinationConfiguration: { RoleARN: "arn:", CompressionFormat: "gzip" } },
      "'extendedS3DestinationConfiguration.compressionFormat' failed to satisfy constraint: Member must satisfy enum value set: [ZIP, GZIP]",
    ],
    [
      {
        DeliveryStreamName: "s",
        ExtendedS3DestinationConfiguration: { RoleARN: "arn:", BufferingHints: { SizeInMBs: 129 } },
      },
      "'extendedS3DestinationConfiguration.bufferingHints.sizeInMBs' failed to satisfy constraint: Member must have value less than or equal to 128",
    ],
    [
      { DeliveryStreamName: "s", Records: [] },
      "'records' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    [
      { DeliveryStreamName: "s", Records: [{ Data: "" }, { Data: "YWJjZA==" }] },
      "'records.2.member.data' failed to satisfy constraint: Member must have length less than or equal to 3",
    ],
    [
      { DeliveryStreamName: "s", Records: [{}] },
      "'records.1.member.data' failed to satisfy constraint: Member must not be null",
    ],
    [
      { DeliveryStreamName: "s", Labels: { k: "long" } },
      "'labels.k.member' failed to satisfy constraint: Member must have length less than or equal to 2",
    ],
  ];
  for (const [value, expected] of cases) {
    assert.deepEqual(refusal(value), { code: "ValidationException", message: prefix + expected });
  }
});

test("checkShape tells several violations together", () => {
  assert.equal(
    refusal({ ExtendedS3DestinationConfiguration: {} }).message,
    "2 validation errors detected: Value at 'deliveryStreamName' failed to satisfy constraint: Member must not be null; " +
      "Value at 'extendedS3DestinationConfiguration.roleARN' failed to satisfy constraint: Member must not be null",
  );
});

test("checkShape refuses wrong JSON types as SerializationException before it looks at constraints", () => {
  const cases: [unknown, string][] = [
    [[], "START_ARRAY can not be converted to a structure"],
    [{ DeliveryStreamName: 5 }, "NUMBER_VALUE can not be converted to a String"],
    [{ Records: {} }, "START_OBJECT can not be converted to a list"],
    [{ Force: "true" }, "STRING_VALUE can not be converted to a Boolean"],
    [{ At: "2026-01-01" }, "STRING_VALUE can not be converted to a Timestamp"],
    [{ Records: [{ Data: true }] }, "TRUE_VALUE can not be converted to a Blob"],
  ];
  for (const [value, message] of cases) assert.deepEqual(refusal(value), { code: "SerializationException", message });
});

test("checkShape takes standard base64 only", () => {
  for (const data of ["YQ", "YQ=", "Y Q=", "_-==", "YQ==YQ==", "=", "YW\nI=", "YWI=\n"]) {
    assert.equal(refusal({ DeliveryStreamName: "s", Records: [{ Data: data }] }).code, "SerializationException", data);
  }
});

test("checkShape does not read members from a prototype", () => {
  assert.equal(refusal(JSON.parse('{"__proto__":{"DeliveryStreamName":"s"}}')).code, "ValidationException");
});
