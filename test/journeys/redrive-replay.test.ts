import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import { serializeErrorRecord } from "../../src/model/error-record.ts";
import { type Lakehose, start } from "../../src/server/index.ts";
import type { JsonObject } from "../../src/std/json.ts";
import { afterwards } from "./cleanup.ts";
import { createStream, putAll, startJourney } from "./journey.ts";
import { readBucket } from "./read-lake.ts";

/** What goes through a delivery a second time, over the admin API: error records, a range of the log, objects of the lake. */

const PRIMARY = "destinationId-000000000001";

async function call(lakehose: Lakehose, method: string, path: string, body?: object): Promise<JsonObject> {
  const response = await fetch(`${lakehose.url}/api/streams/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as JsonObject;
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
  return answer;
}

/** Asks again until the newest of a list has left its running state. */
async function ended(lakehose: Lakehose, stream: string, list: "redrives" | "replays"): Promise<JsonObject> {
  for (let attempt = 0; attempt < 400; attempt++) {
    const items = (await call(lakehose, "GET", `${stream}/${list}`))[list] as JsonObject[];
    const newest = items.at(-1);
    if (newest !== undefined && newest.state !== "running") return newest;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(
    `The newest of ${list} does not end: ${JSON.stringify(await call(lakehose, "GET", `${stream}/${list}`))}`,
  );
}

async function linesBelow(data: string, prefix: string, bucket = "lake"): Promise<string[]> {
  const objects = (await readBucket(data, bucket)).filter(({ key }) => key.startsWith(prefix));
  return objects.flatMap(({ bytes }) => bytes.toString().split("\n").filter(Boolean)).sort();
}

async function writeObject(data: string, key: string, bytes: Buffer): Promise<void> {
  const path = join(data, "buckets", "lake", key);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}

async function uidOf(lakehose: Lakehose, stream: string): Promise<string> {
  return String((await call(lakehose, "GET", stream)).uid);
}

function errorLine(text: string, streamUid: string, deliveryId = PRIMARY): Buffer {
  const times = { arrivalMs: Date.UTC(2026, 0, 2, 3), attemptEndingMs: Date.UTC(2026, 0, 2, 3, 1) };
  const what = { code: "Lambda.FunctionError", message: "refused", attempts: 4, stage: "processors" as const };
  return serializeErrorRecord({ bytes: Buffer.from(`${text}\n`), ...what, ...times, streamUid, deliveryId, offset: 0 });
}

async function withBackup(t: TestContext) {
  const journey = await startJourney(t);
  await createStream(journey.client, "orders", {
    S3BackupMode: "Enabled",
    S3BackupConfiguration: {
      RoleARN: "arn:aws:iam::000000000000:role/delivery",
      BucketARN: "arn:aws:s3:::backup",
      Prefix: "raw/",
    },
  });
  return journey;
}

test("a redrive brings errors of one delivery back to it once, under their first time, and leaves the backup alone", async (t) => {
  const { client, data, lakehose } = await withBackup(t);
  await putAll(client, "orders", [Buffer.from("put\n")]);
  const uid = await uidOf(lakehose, "orders");
  const base64 = Buffer.from("aws\n").toString("base64");
  const theirs = `{"rawData":"${base64}","errorCode":"Lambda.FunctionError","errorMessage":"m","attemptsMade":4,"arrivalTimestamp":${Date.UTC(2026, 0, 2, 4)},"attemptEndingTimestamp":1767323042000,"lambdaARN":"arn:aws:lambda:us-east-1:000000000000:function:f"}`;
  const lines = [
    errorLine("own", uid),
    errorLine("stranger", "ee".repeat(16)),
    errorLine("backup", uid, `${PRIMARY}-backup`),
  ];
  await writeObject(data, "manual/errors-1.gz", gzipSync(Buffer.concat([...lines, Buffer.from(theirs)])));
  const request = { prefix: "manual/" };
  const started = await call(lakehose, "POST", "orders/redrive", request);
  assert.equal(started.delivery, PRIMARY);
  const job = await ended(lakehose, "orders", "redrives");
  assert.deepEqual(job.records, { redriven: 2, refused: 1, otherDelivery: 1, inDoubt: 0 });
  await call(lakehose, "POST", "orders/redrive", request);
  assert.deepEqual((await ended(lakehose, "orders", "redrives")).objects, { found: 1, done: 0, skipped: 1, failed: 0 });
  await lakehose.flush();
  assert.deepEqual(await linesBelow(data, "orders/"), ["aws", "own", "put"]);
  assert.deepEqual(await linesBelow(data, "orders/2026/01/02/03/"), ["own"]);
  assert.deepEqual(await linesBelow(data, "raw/", "backup"), ["put"]);
});

test("a replay delivers a range of the log again, beside what is there, ends by itself, and is told apart", async (t) => {
  const { client, data, lakehose } = await withBackup(t);
  await putAll(
    client,
    "orders",
    ["a", "b", "c", "d"].map((text) => Buffer.from(`${text}\n`)),
  );
  await lakehose.flush();
  const begun = await call(lakehose, "POST", "orders/replays", { fromOffset: 1, toOffset: 3 });
  const first = await ended(lakehose, "orders", "replays");
  assert.deepEqual([first.id, first.state], [begun.id, "landed"]);
  assert.deepEqual(await linesBelow(data, `replay/${first.id}/orders/`), ["b", "c"]);
  await call(lakehose, "POST", "orders/replays", { into: { prefix: "copy/" } });
  await ended(lakehose, "orders", "replays");
  assert.deepEqual(await linesBelow(data, "copy/"), ["a", "b", "c", "d"]);
  assert.deepEqual(await linesBelow(data, "orders/"), ["a", "b", "c", "d"]);
  const health = (await call(lakehose, "GET", "orders")).health as JsonObject;
  assert.deepEqual(
    (health.replays as JsonObject[]).map(({ state }) => state),
    ["landed", "landed"],
  );
  const beyond = await fetch(`${lakehose.url}/api/streams/orders/replays`, { method: "POST", body: '{"toOffset":99}' });
  assert.equal(beyond.status, 400);
  assert.match(String(((await beyond.json()) as JsonObject).message), /ends at offset 4/);
});

test("a replay of objects reads the lake back for itself alone, and not what it writes", async (t) => {
  const { client, data, lakehose } = await withBackup(t);
  await putAll(client, "orders", [Buffer.from("live\n")]);
  await writeObject(data, "old/a.gz", gzipSync("1\n2\n"));
  await writeObject(data, "old/b", Buffer.from("3\n"));
  await call(lakehose, "POST", "orders/replays", { objects: { prefix: "old/" } });
  const replay = await ended(lakehose, "orders", "replays");
  assert.equal((replay.counters as JsonObject).delivered, 3);
  await lakehose.flush();
  assert.deepEqual(await linesBelow(data, `replay/${replay.id}/`), ["1", "2", "3"]);
  assert.deepEqual(await linesBelow(data, "orders/"), ["live"]);
  assert.deepEqual(await linesBelow(data, "", "backup"), ["live"]);
});

test("a replay goes on after a restart, and can be called off", async (t) => {
  const { client, data, lakehose } = await withBackup(t);
  const texts = Array.from({ length: 2_000 }, (_, index) => `record ${index}`);
  await putAll(
    client,
    "orders",
    texts.map((text) => Buffer.from(`${text}\n`)),
  );
  await call(lakehose, "POST", "orders/replays", {});
  await lakehose.close();
  const again = await start({ data });
  afterwards(t, () => again.close());
  const replay = await ended(again, "orders", "replays");
  assert.equal(replay.state, "landed");
  assert.deepEqual(await linesBelow(data, `replay/${replay.id}/`), texts.toSorted());
  const { id } = await call(again, "POST", "orders/replays", {});
  const cancelled = await call(again, "DELETE", `orders/replays/${id}`);
  assert.ok(cancelled.state === "cancelled" || cancelled.state === "landed");
  const unknown = await fetch(`${again.url}/api/streams/orders/replays/ffff`, { method: "DELETE" });
  assert.equal(unknown.status, 400);
});
