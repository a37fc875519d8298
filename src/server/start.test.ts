import assert from "node:assert/strict";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { FirehoseClient, PutRecordBatchCommand } from "@aws-sdk/client-firehose";
import { afterwards } from "../../test/journeys/cleanup.ts";
import { temporaryFolder } from "../../test/journeys/journey.ts";
import { type Lakehose, type StartOptions, start } from "./index.ts";

const clicks = {
  DeliveryStreamName: "clicks",
  ExtendedS3DestinationConfiguration: {
    RoleARN: "arn:aws:iam::000000000000:role/delivery",
    BucketARN: "arn:aws:s3:::lake",
    Prefix: "clicks/",
    ErrorOutputPrefix: "errors/",
  },
};

async function fixture(t: TestContext, options: StartOptions = {}): Promise<Lakehose> {
  const lakehose = await start({ streams: [clicks], ...options });
  afterwards(t, () => lakehose.close());
  return lakehose;
}

async function put(lakehose: Lakehose, records: readonly string[]): Promise<void> {
  const credentials = { accessKeyId: "any", secretAccessKey: "any" };
  const client = new FirehoseClient({ endpoint: lakehose.url, region: "us-east-1", credentials });
  const Records = records.map((record) => ({ Data: Buffer.from(record) }));
  const answer = await client.send(new PutRecordBatchCommand({ DeliveryStreamName: "clicks", Records }));
  client.destroy();
  assert.equal(answer.FailedPutCount, 0);
}

async function delivered(lakehose: Lakehose): Promise<string[]> {
  const found: string[] = [];
  for await (const { bytes } of lakehose.records("clicks")) found.push(bytes.toString());
  return found;
}

test("start gives a server whose records can be read back after flush", async (t) => {
  const lakehose = await fixture(t);
  await put(lakehose, ["one\n", "two\n"]);
  await put(lakehose, ["three\n"]);
  await lakehose.flush();
  assert.deepEqual(await delivered(lakehose), ["one", "two", "three"]);
});

test("start goes on over an existing data folder, refuses a second server there, and leaves declared streams as they are", async (t) => {
  const data = await temporaryFolder(t);
  const first = await start({ data, streams: [clicks] });
  await put(first, ["before\n"]);
  await assert.rejects(start({ data }), /in use by process/);
  await first.close();
  const second = await fixture(t, { data });
  await put(second, ["after\n"]);
  await second.flush("clicks");
  assert.deepEqual(await delivered(second), ["before", "after"]);
});

test("start takes a configuration file, but neither its port nor its data folder", async (t) => {
  const folder = await temporaryFolder(t);
  const config = join(folder, "lakehose.yaml");
  const file = { data: join(folder, "data"), port: 1, streams: [clicks], limits: { recordBytes: 3 } };
  await writeFile(config, JSON.stringify(file));
  const lakehose = await fixture(t, { config, streams: undefined, limits: { recordBytes: 4 } });
  await put(lakehose, ["one\n"]);
  await assert.rejects(put(lakehose, ["three\n"]), /greater than|less than|at most|length/i);
  await lakehose.flush();
  assert.deepEqual(await delivered(lakehose), ["one"]);
  assert.deepEqual(await readdir(folder), ["lakehose.yaml"]);
});

test("start names the configuration file that it cannot read", async () => {
  await assert.rejects(start({ config: "there-is-none.yaml" }), /Cannot read the configuration there-is-none\.yaml/);
});

test("start refuses a delivery whose journal is gone rather than deliver everything again", async (t) => {
  const data = await temporaryFolder(t);
  const first = await start({ data, streams: [clicks] });
  await put(first, ["once\n"]);
  await first.flush();
  await first.close();
  await rm(join(data, "deliveries"), { recursive: true });
  const second = await fixture(t, { data });
  const metrics = await (await fetch(`${second.url}/metrics`)).text();
  assert.doesNotMatch(metrics, /lakehose_delivered_records_total\{stream="clicks"/);
  assert.deepEqual(await delivered(second), ["once"]);
});

test("start names the place of a stream that cannot be created, and leaves nothing open or behind", async () => {
  const streams = [{ ...clicks, ExtendedS3DestinationConfiguration: { RoleARN: "role" } }];
  await assert.rejects(start({ streams }), /streams\[0\] \(clicks\): .*BucketARN/i);
});

test("start answers the probes and counts accepted records", async (t) => {
  const lakehose = await fixture(t);
  for (const [path, body] of [
    ["/healthz", "ok\n"],
    ["/readyz", "ready\n"],
  ]) {
    const response = await fetch(`${lakehose.url}${path}`);
    assert.deepEqual([response.status, await response.text()], [200, body]);
  }
  await put(lakehose, ["counted\n"]);
  const metrics = await (await fetch(`${lakehose.url}/metrics`)).text();
  assert.match(metrics, /^lakehose_incoming_records_total\{stream="clicks"\} 1$/m);
});

test("start asks for a token before it shows metrics once keys are configured", async (t) => {
  const lakehose = await fixture(t, { tokens: [{ name: "prometheus", token: "s3cret" }] });
  assert.equal((await fetch(`${lakehose.url}/metrics`)).status, 401);
  assert.equal((await fetch(`${lakehose.url}/healthz`)).status, 200);
  const headers = { authorization: "Bearer s3cret" };
  assert.equal((await fetch(`${lakehose.url}/metrics`, { headers })).status, 200);
});

test("close of start leaves nothing behind that keeps the process from ending", async () => {
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
  const before = timers();
  const lakehose = await start({ streams: [clicks] });
  const response = await fetch(`${lakehose.url}/v1/streams/clicks/records`, { method: "POST", body: "one" });
  assert.equal(response.status, 200);
  await lakehose.flush();
  await lakehose.close();
  assert.equal(timers(), before);
});

test("close of start stops the server", async () => {
  const lakehose = await start();
  const response = await fetch(`${lakehose.url}/healthz`);
  assert.equal(response.status, 200);
  await lakehose.close();
  await assert.rejects(fetch(`${lakehose.url}/healthz`));
});
