import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../std/json.ts";
import { settingsOf } from "../../streams/settings.ts";
import { toDeclared } from "./declared.ts";
import type { DestinationKindName } from "./destination-kinds.ts";
import { translateDeclared } from "./translate.ts";

const S3Configuration = { RoleARN: "arn:r", BucketARN: "arn:aws:s3:::lake" };
const MANAGED = { SecretsManagerConfiguration: { Enabled: true, SecretARN: "arn:secret" } };
const DELIMITED = { ProcessingConfiguration: { Enabled: true, Processors: [{ Type: "AppendDelimiterToRecord" }] } };

function translate(kind: DestinationKindName, destination: JsonObject) {
  const declared = toDeclared({ kind, destination: { S3Configuration, ...destination }, sources: {} });
  return translateDeclared({ name: "s", type: "DirectPut", declared }, settingsOf({}, {}));
}

const http = (endpoint: JsonObject = {}, more: JsonObject = {}) =>
  translate("HttpEndpoint", { EndpointConfiguration: { Url: "https://host/in", ...endpoint }, ...more });

const splunk = (more: JsonObject = {}) =>
  translate("Splunk", { HECEndpoint: "https://host:8088", HECEndpointType: "Event", HECToken: "t", ...more });

test("HttpEndpoint has AWS's defaults, and errors go to the S3 part", () => {
  assert.deepEqual(http(), [
    {
      id: "destinationId-000000000001",
      kind: "primary",
      processors: [],
      compression: { type: "none" },
      naming: { timeZone: "UTC" },
      format: { type: "identified-records", options: {} },
      target: { type: "http-endpoint", options: { url: "https://host/in", delimiter: "" } },
      errorTarget: { type: "object-store", options: { bucket: "lake" } },
      errorType: "http-endpoint-failed",
      retry: { forMs: 300_000 },
      roll: { size: { bytes: 5 * 1024 * 1024, measure: "raw" }, ageMs: 300_000 },
    },
  ]);
});

test("HttpEndpoint carries key, encoding, attributes, delimiter and backup", () => {
  const attributes = [{ AttributeName: "a", AttributeValue: "1" }];
  const request = { RequestConfiguration: { ContentEncoding: "GZIP", CommonAttributes: attributes } };
  const [primary, backup] = http({ AccessKey: "k" }, { ...request, ...DELIMITED, S3BackupMode: "AllData" });
  assert.deepEqual(primary?.target.options, {
    url: "https://host/in",
    accessKey: "k",
    delimiter: "\n",
    contentEncoding: "gzip",
    commonAttributes: { a: "1" },
  });
  assert.equal(backup?.kind, "backup");
  const [managed] = http({ AccessKey: "k" }, MANAGED);
  assert.deepEqual(managed?.target.options.accessKey, { secret: "arn:secret" });
  assert.equal(managed?.target.options.accessKeyMember, "api_key");
  assert.equal(http({ AccessKey: "" })[0]?.target.options.accessKey, undefined);
});

test("Splunk carries type, token, time-out and backup", () => {
  const [primary, ...others] = splunk();
  assert.deepEqual(primary?.target, {
    type: "splunk",
    options: {
      endpoint: "https://host:8088",
      endpointType: "event",
      token: "t",
      acknowledgementMs: 180_000,
      delimiter: "",
    },
  });
  assert.deepEqual([primary?.errorType, primary?.retry, others], ["splunk-failed", { forMs: 3_600_000 }, []]);
  assert.deepEqual(primary?.roll, { size: { bytes: 5 * 1024 * 1024, measure: "raw" }, ageMs: 60_000 });
  const more = { HECEndpointType: "Raw", HECAcknowledgmentTimeoutInSeconds: 600, S3BackupMode: "AllEvents" };
  const [raw, backup] = splunk({ ...more, ...DELIMITED, ...MANAGED });
  const { endpointType, acknowledgementMs, delimiter, token, tokenMember } = raw?.target.options ?? {};
  assert.deepEqual([endpointType, acknowledgementMs, delimiter], ["raw", 600_000, "\n"]);
  assert.deepEqual([token, tokenMember, backup?.kind], [{ secret: "arn:secret" }, "hec_token", "backup"]);
});

test("what the shape lets pass and nobody can deliver is refused", () => {
  const examples: readonly [() => unknown, RegExp][] = [
    [() => http({ Url: "https://user:pass@host" }), / url: expected an address without user/],
    [() => http({ Url: "https://" }), / url: /],
    [() => http({}, { SecretsManagerConfiguration: { Enabled: true } }), /SecretARN must be set/],
    [() => splunk({ HECToken: "" }), /HECToken must be set/],
  ];
  for (const [translated, message] of examples) {
    assert.throws(translated, (error: Error) => message.test(error.message) && !error.message.includes("pass@"));
  }
});
