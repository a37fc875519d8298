import assert from "node:assert/strict";
import { test } from "node:test";
import { reachedBy } from "./destinations-section.ts";

test("secrets and endpoints are found by the first name that matches", () => {
  const { secretOf, endpointOf } = reachedBy(
    {
      secrets: { "arn:*:collector-*": { env: "COLLECTOR" }, plain: "written out" },
      endpoints: { "arn:aws:es:*:domain/logs": "http://127.0.0.1:9200", "arn:*": { env: "CLUSTER" } },
    },
    { folder: ".", environment: { COLLECTOR: "from the environment", CLUSTER: "http://other" } },
  );
  assert.equal(secretOf("arn:aws:secretsmanager:us-east-1:1:secret:collector-a"), "from the environment");
  assert.equal(secretOf("plain"), "written out");
  assert.throws(() => secretOf("absent"), /entry of secrets in the configuration for "absent".*Add one/);
  assert.equal(endpointOf("arn:aws:es:us-east-1:1:domain/logs"), "http://127.0.0.1:9200");
  assert.equal(endpointOf("arn:aws:es:us-east-1:1:domain/trades"), "http://other");
  assert.equal(endpointOf("https://elsewhere"), undefined);
});
