import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { parseConfiguration } from "./configuration/load-configuration.ts";
import { handlerEnvironment } from "./hosted-functions.ts";
import { openServer } from "./open-server.ts";

const NODE_MODULES = join(import.meta.dirname, "..", "..", "node_modules");

/** As it is written for Lambda: the SDK is there, endpoint, region and credentials from the environment. */
const HANDLER = `
import { FirehoseClient, ListDeliveryStreamsCommand } from "@aws-sdk/client-firehose";
export const handler = async () => {
  const { DeliveryStreamNames } = await new FirehoseClient({}).send(new ListDeliveryStreamsCommand({}));
  return DeliveryStreamNames;
};`;

async function serverWith(t: TestContext, configuration: object) {
  const data = mkdtempSync(join(tmpdir(), "lakehose-hosted-"));
  const folder = join(data, "functions", "lister");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "index.mjs"), HANDLER);
  writeFileSync(join(folder, "function.yaml"), `environment: { NODE_PATH: ${JSON.stringify(NODE_MODULES)} }\n`);
  const stream = {
    DeliveryStreamName: "clicks",
    ExtendedS3DestinationConfiguration: {
      RoleARN: "arn:aws:iam::000000000000:role/any",
      BucketARN: "arn:aws:s3:::lake",
    },
  };
  const content = { data, port: 0, logLevel: "silent", streams: [stream], ...configuration };
  const server = await openServer(parseConfiguration(JSON.stringify(content), { path: "test", environment: {} }));
  t.after(async () => {
    await server.close();
    rmSync(data, { recursive: true, force: true });
  });
  return server;
}

const CALL = {
  functionArn: "lister",
  payload: Buffer.from("{}"),
  replyBytesMax: 1000,
  signal: new AbortController().signal,
};

test("a handler's AWS SDK finds this server", async (t) => {
  const server = await serverWith(t, {});
  assert.equal((await server.functions.invoke(CALL)).toString(), '["clicks"]');
});

test("a handler has a key of its own where keys are asked for", async (t) => {
  const server = await serverWith(t, {
    accessKeys: [{ accessKeyId: "AKIDEXAMPLE", secretAccessKey: "s3cret", allow: [] }],
  });
  assert.equal((await server.functions.invoke(CALL)).toString(), '["clicks"]');
});

test("handlerEnvironment names an address that can be called, and whom to trust", () => {
  const credentials = { AWS_ACCESS_KEY_ID: "k" };
  const everywhere = handlerEnvironment({ url: "https://0.0.0.0:4573", caFile: "/ca.pem", credentials });
  assert.equal(everywhere.AWS_ENDPOINT_URL, "https://127.0.0.1:4573");
  assert.equal(everywhere.AWS_CA_BUNDLE, "/ca.pem");
  assert.equal(everywhere.AWS_ACCESS_KEY_ID, "k");
  assert.equal(handlerEnvironment({ url: "http://[::]:1", credentials }).AWS_ENDPOINT_URL, "http://[::1]:1");
});
