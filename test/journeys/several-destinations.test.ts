import assert from "node:assert/strict";
import { test } from "node:test";
import type { Lakehose } from "../../src/server/index.ts";
import { systemClock } from "../../src/std/clock.ts";
import type { JsonObject } from "../../src/std/json.ts";
import { createStream, putAll, startJourney } from "./journey.ts";
import { readBucket } from "./read-lake.ts";

/** One stream, several places: each with its own filter, progress and errors, and none waits for another. */

const SOON = { BufferingHints: { IntervalInSeconds: 0, SizeInMBs: 1 } };

async function api(lakehose: Lakehose, method: string, path: string, body?: JsonObject): Promise<JsonObject> {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const response = await fetch(`${lakehose.url}/api/streams/${path}`, init);
  const answer = (await response.json()) as JsonObject;
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
  return answer;
}

async function untilLines(data: string, bucket: string, count: number): Promise<string[]> {
  for (let wait = 0; ; wait++) {
    const lines = (await readBucket(data, bucket))
      .filter(({ key }) => !key.startsWith("_"))
      .flatMap(({ bytes }) => bytes.toString().match(/\{[^}]*\}/g) ?? []);
    if (lines.length >= count) return lines.sort();
    assert.ok(wait < 400, `${lines.length} of ${count} records are in ${bucket}`);
    await systemClock.sleep(50);
  }
}

function records(count: number): string[] {
  return Array.from({ length: count }, (_, n) => JSON.stringify({ n, action: n % 3 === 0 ? "BLOCK" : "ALLOW" }));
}

test("records go to several destinations, each by its own rules, and a dead one holds up none", async (t) => {
  const unreachable = { store: "s3" as const, endpoint: "http://127.0.0.1:9", region: "us-east-1" };
  const { data, lakehose, client } = await startJourney(t, { storage: { buckets: { dead: unreachable } } });
  await createStream(client, "waf", SOON);
  const age = { "roll-age": "0s" };
  await api(lakehose, "PUT", "waf/extensions", {
    destinations: [
      { name: "blocked", type: "object-store", options: { bucket: "blocked" }, filter: 'action = "BLOCK"', ...age },
      { name: "dead", type: "object-store", options: { bucket: "dead" }, ...age },
    ],
  });
  const sent = records(30);
  await putAll(
    client,
    "waf",
    sent.map((text) => Buffer.from(text)),
  );
  assert.deepEqual(await untilLines(data, "lake", 30), sent.toSorted());
  const blocked = sent.filter((text) => text.includes("BLOCK"));
  assert.deepEqual(await untilLines(data, "blocked", 10), blocked.toSorted());
  const { health } = await api(lakehose, "GET", "waf");
  const { deliveries } = health as { deliveries: JsonObject[] };
  const states = Object.fromEntries(
    deliveries.map(({ id, state, counters }) => [id, { state, ...(counters as object) }]),
  );
  assert.deepEqual(states["destination-blocked"], {
    state: "running",
    read: 30,
    delivered: 10,
    errored: 0,
    dropped: 20,
    pending: 0,
  });
  assert.equal((states["destination-dead"] as JsonObject).delivered, 0);
});

test("the stream's own destination may be for errors alone", async (t) => {
  const { data, lakehose, client } = await startJourney(t);
  await createStream(client, "waf", SOON);
  await api(lakehose, "PUT", "waf/extensions", {
    primary: "errors-only",
    destinations: [
      {
        name: "json",
        type: "object-store",
        options: { bucket: "json" },
        processors: [{ type: "drop-fields", fields: ["action"], notJson: "reject" }],
        "roll-age": "0s",
        errors: { bucket: "lake", prefix: "err/" },
      },
    ],
  });
  await putAll(
    client,
    "waf",
    ['{"n":1,"action":"x"}', "no JSON", '{"n":2}'].map((text) => Buffer.from(text)),
  );
  assert.deepEqual(await untilLines(data, "json", 2), ['{"n":1}', '{"n":2}']);
  const [error = ""] = await untilLines(data, "lake", 1);
  assert.match(error, new RegExp(Buffer.from("no JSON").toString("base64")));
  const keys = (await readBucket(data, "lake")).map(({ key }) => key).filter((key) => !key.startsWith("_"));
  assert.deepEqual(
    keys.map((key) => key.split("/", 2).join("/")),
    ["err/processing-failed"],
  );
});
