import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openSearchOptionsSchema } from "../../destinations/opensearch/opensearch-options.ts";
import type { JsonObject } from "../../std/json.ts";
import { settingsOf } from "../../streams/settings.ts";
import { toDeclared } from "./declared.ts";
import type { DestinationKindName } from "./destination-kinds.ts";
import { translateDeclared } from "./translate.ts";

const DOMAIN = "arn:aws:es:us-east-1:000000000000:domain/trades";

function translate(kind: DestinationKindName, more: JsonObject, extensions: JsonObject = {}) {
  const destination = {
    RoleARN: "arn:r",
    IndexName: "trades",
    S3Configuration: { RoleARN: "arn:r", BucketARN: "arn:aws:s3:::lake", ErrorOutputPrefix: "failed/" },
    ...more,
  };
  const declared = toDeclared({ kind, destination, sources: {} });
  return translateDeclared({ name: "s", type: "DirectPut", declared }, settingsOf(extensions, {}));
}

describe("the OpenSearch kinds on the wire", () => {
  it("have AWS's defaults", () => {
    const deliveries = translate("Amazonopensearchservice", { DomainARN: DOMAIN });
    assert.equal(deliveries.length, 1);
    const [delivery] = deliveries;
    const options = { endpoint: DOMAIN, index: "trades", rotation: "day", documentId: "stable" };
    assert.deepEqual(delivery?.target, { type: "opensearch", options });
    assert.deepEqual(delivery?.errorTarget, { type: "object-store", options: { bucket: "lake" } });
    assert.equal(delivery?.errorType, "AmazonOpenSearchService-failed");
    assert.deepEqual(delivery?.retry, { forMs: 300_000 });
    assert.deepEqual(delivery?.roll, { size: { bytes: 5 * 1024 * 1024, measure: "raw" }, ageMs: 300_000 });
    openSearchOptionsSchema.parse(delivery?.target.options);
  });

  it("carry rotation, ids, type, hints, retries and the backup of all records", () => {
    const [delivery, backup] = translate("Elasticsearch", {
      ClusterEndpoint: "https://search.example.org",
      IndexRotationPeriod: "OneWeek",
      DocumentIdOptions: { DefaultDocumentIdFormat: "NO_DOCUMENT_ID" },
      TypeName: "trade",
      BufferingHints: { SizeInMBs: 2, IntervalInSeconds: 10 },
      RetryOptions: { DurationInSeconds: 0 },
      S3BackupMode: "AllDocuments",
      VpcConfiguration: { RoleARN: "arn:r", SubnetIds: ["subnet-1"], SecurityGroupIds: ["sg-1"] },
    });
    assert.deepEqual(delivery?.target.options, {
      endpoint: "https://search.example.org",
      index: "trades",
      rotation: "week",
      documentId: "none",
      typeName: "trade",
    });
    assert.equal(delivery.errorType, "elasticsearch-failed");
    assert.deepEqual(delivery.retry, { forMs: 0 });
    assert.deepEqual(delivery.roll, { size: { bytes: 2 * 1024 * 1024, measure: "raw" }, ageMs: 10_000 });
    assert.deepEqual([backup?.kind, backup?.target.type], ["backup", "object-store"]);
  });

  it("sign what goes to Amazon", () => {
    for (const [kind, member, endpoint, service] of [
      ["Amazonopensearchservice", "ClusterEndpoint", "https://search-a-b.eu-west-1.es.amazonaws.com", "es"],
      ["AmazonOpenSearchServerless", "CollectionEndpoint", "https://ab12.eu-west-1.aoss.amazonaws.com", "aoss"],
    ] as const) {
      const [delivery] = translate(kind, { [member]: endpoint });
      assert.deepEqual(delivery?.target.options.auth, { type: "sigv4", service, region: "eu-west-1" });
      openSearchOptionsSchema.parse(delivery.target.options);
    }
  });

  it("know collections as serverless, and ask for the address", () => {
    const [delivery] = translate("AmazonOpenSearchServerless", {
      CollectionEndpoint: "https://collection.example.org",
    });
    const options = { endpoint: "https://collection.example.org", index: "trades", serverless: true };
    assert.deepEqual(delivery?.target.options, options);
    assert.throws(() => translate("AmazonOpenSearchServerless", {}), /needs the CollectionEndpoint/);
  });

  it("take options that the wire has no words for", () => {
    const more = { documentId: { field: "id" }, auth: { type: "basic", user: "u", password: { secret: "search" } } };
    const [delivery] = translate("Amazonopensearchservice", { DomainARN: DOMAIN }, { "destination-options": more });
    assert.deepEqual(delivery?.target.options, { endpoint: DOMAIN, index: "trades", rotation: "day", ...more });
  });

  it("refuse what cannot be delivered", () => {
    const refused = (destination: JsonObject, more: JsonObject = {}) => {
      const wanted = { DomainARN: DOMAIN, ...destination };
      return () => translate("Amazonopensearchservice", wanted, { "destination-options": more });
    };
    assert.throws(
      refused({ IndexName: "Trades" }),
      /cannot be delivered to\. index: expected .* lower case, got 'Trades'/,
    );
    assert.throws(refused({}, { documentID: "x" }), /Unrecognized key: "documentID"/);
    assert.throws(refused({}, { auth: { type: "magic" } }), /auth\.type/);
  });
});
