import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../std/json.ts";
import { schemaNamedBy, withoutOutside } from "./dry-run-request.ts";

const S3 = { RoleARN: "arn:r", BucketARN: "arn:aws:s3:::lake" };
const PROCESSING = { Enabled: true, Processors: [] };

test("withoutOutside() leaves a stream from producers to a bucket as it is", () => {
  const request = {
    DeliveryStreamName: "s",
    ExtendedS3DestinationConfiguration: S3,
    Tags: [],
    lakehose: { "roll-idle": "6h" },
  };
  assert.deepEqual(withoutOutside(request), { request, warnings: [] });
});

test("withoutOutside() reads from nowhere and sends nowhere, and says what it left out", () => {
  const { request, warnings } = withoutOutside({
    DeliveryStreamName: "s",
    DeliveryStreamType: "KinesisStreamAsSource",
    KinesisStreamSourceConfiguration: { KinesisStreamARN: "arn:k", RoleARN: "arn:r" },
    HttpEndpointDestinationConfiguration: {
      EndpointConfiguration: { Url: "https://example.com" },
      S3Configuration: S3,
      ProcessingConfiguration: PROCESSING,
    },
    lakehose: { destinations: { search: {} }, primary: "errors-only", "roll-idle": "6h" },
  });
  assert.deepEqual(request, {
    DeliveryStreamName: "s",
    DeliveryStreamType: "DirectPut",
    ExtendedS3DestinationConfiguration: { ...S3, ProcessingConfiguration: PROCESSING },
    lakehose: { "roll-idle": "6h" },
  });
  assert.equal(warnings.length, 2);
  assert.match(warnings[0] ?? "", /HttpEndpoint/);
});

test("schemaNamedBy() finds the table of a format conversion", () => {
  const conversion = (SchemaConfiguration: JsonObject) => ({
    ExtendedS3DestinationConfiguration: { DataFormatConversionConfiguration: { SchemaConfiguration } },
  });
  assert.deepEqual(schemaNamedBy(conversion({ DatabaseName: "d", TableName: "t" })), { database: "d", name: "t" });
  assert.deepEqual(schemaNamedBy(conversion({ TableName: "t" })), { database: "default", name: "t" });
  assert.equal(schemaNamedBy(conversion({})), undefined);
  assert.equal(schemaNamedBy({}), undefined);
});
