import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../std/json.ts";
import { settingsOf } from "../../streams/settings.ts";
import { toDeclared } from "./declared.ts";
import { translateDeclared } from "./translate.ts";

const DESTINATION = {
  RoleARN: "arn:r",
  BucketARN: "arn:aws:s3:::lake",
  Prefix: "data/",
  ErrorOutputPrefix: "err/",
  ProcessingConfiguration: {
    Enabled: true,
    Processors: [{ Type: "Lambda", Parameters: [{ ParameterName: "LambdaArn", ParameterValue: "arn:l" }] }],
  },
};

function translate(extensions: JsonObject) {
  const declared = toDeclared({ kind: "ExtendedS3", destination: DESTINATION, sources: {} });
  return translateDeclared({ name: "s", type: "DirectPut", declared }, settingsOf(extensions, {}));
}

const copy = (more: JsonObject = {}) => ({ name: "copy", type: "object-store", options: { bucket: "copy" }, ...more });

test("a further destination is a delivery of its own, with the stream's chain and its own limits", () => {
  const [primary, further] = translate({
    destinations: [
      copy({
        filter: 'action = "BLOCK"',
        processors: [{ type: "drop-fields", fields: ["password"] }],
        prefix: "blocked/",
        compression: "gzip",
        "roll-age": "5s",
        "roll-records": "100",
        errors: { bucket: "elsewhere", prefix: "e/" },
      }),
    ],
  });
  assert.equal(primary?.id, "destinationId-000000000001");
  assert.deepEqual(further, {
    id: "destination-copy",
    kind: "primary",
    processors: [
      ...(primary?.processors ?? []),
      { type: "filter", options: { where: 'action = "BLOCK"' } },
      { type: "drop-fields", options: { fields: ["password"] } },
    ],
    compression: { type: "gzip" },
    naming: { timeZone: "UTC", prefix: "blocked/", errorPrefix: "e/" },
    format: { type: "raw", options: { delimiter: "\n" } },
    target: { type: "object-store", options: { bucket: "copy" } },
    errorTarget: { type: "object-store", options: { bucket: "elsewhere" } },
    roll: { size: { bytes: 5 * 1024 * 1024, measure: "raw" }, ageMs: 5_000, records: 100 },
    logging: { group: "/aws/kinesisfirehose/s", stream: "destination-copy" },
  });
});

test("without words of its own its errors lie where the stream's do", () => {
  const [, further] = translate({ destinations: [copy()] });
  assert.deepEqual(further?.naming, { timeZone: "UTC", errorPrefix: "err/" });
});

test("as much is gathered as the destination says, where its own words say nothing else", () => {
  const sender = { name: "logs", type: "http-endpoint", options: { url: "https://host", receiver: "honeycomb" } };
  const rollOf = (more: JsonObject) => translate({ destinations: [{ ...sender, ...more }] })[1]?.roll;
  assert.deepEqual(rollOf({}), { size: { bytes: 15 * 1024 * 1024, measure: "raw" }, ageMs: 60_000 });
  const own = { "roll-size": "1MiB", "roll-age": "5s" };
  assert.deepEqual(rollOf(own), { size: { bytes: 1024 * 1024, measure: "raw" }, ageMs: 5_000 });
});

test("errors-only leaves the stream's own destination without data", () => {
  const deliveries = translate({ primary: "errors-only", destinations: [copy()] });
  assert.deepEqual(
    deliveries.map(({ id }) => id),
    ["destination-copy"],
  );
  assert.throws(() => translate({ primary: "errors-only" }), /needs at least one entry of destinations/);
});

test("what cannot be delivered is named", () => {
  assert.throws(() => translate({ destinations: [copy(), copy()] }), /the name "copy" is there twice/);
  assert.throws(
    () => translate({ destinations: [copy({ type: "carrier-pigeon" })] }),
    /expected a type of .*object-store/,
  );
  assert.throws(() => translate({ destinations: [copy({ options: {} })] }), /destinations\.copy: options\.bucket/);
  assert.throws(() => translate({ destinations: [copy({ filter: "action =" })] }), /filter\.where/);
  assert.throws(
    () => translate({ destinations: [copy({ name: "Not A Name" })] }),
    /expected 1 to 40 of a-z, 0-9 and -/,
  );
});
