import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { DoorWorld, tokenOf } from "../../../../test/fakes/door-world.ts";
import { recordCount } from "../../../model/records.ts";
import { StreamError } from "../../../streams/stream-error.ts";
import { receiveDeliveryRoute } from "./receive-delivery.ts";

const REQUEST_ID = "ed4acda5-034f-9f42-bba1-f29aea6d7d8f";

const HEADERS = {
  "x-amz-firehose-protocol-version": "1.0",
  "x-amz-firehose-request-id": REQUEST_ID,
  "x-amz-firehose-source-arn": "arn:aws:firehose:eu-west-1:123456789012:deliverystream/edge",
};

function bodyOf(texts: readonly string[], requestId = REQUEST_ID): string {
  const records = texts.map((text) => ({ data: Buffer.from(text).toString("base64") }));
  return JSON.stringify({ requestId, timestamp: 1_769_855_400_000, records });
}

function deliver(world: DoorWorld, body: string | Buffer, more: Record<string, string> = {}, query = "") {
  return world.call({ path: `/v1/streams/clicks/firehose${query}`, headers: { ...HEADERS, ...more }, body });
}

test(`${receiveDeliveryRoute.name}() stores a delivery in one append, packed or not`, async () => {
  const world = new DoorWorld();
  assert.equal((await deliver(world, bodyOf(["a", "b"]))).status, 200);
  const more = { "content-encoding": "gzip", "x-amz-firehose-request-id": "2" };
  assert.equal((await deliver(world, gzipSync(bodyOf(["c"], "2")), more)).status, 200);
  assert.deepEqual(world.streams.texts, ["a", "b", "c"]);
  assert.deepEqual(
    world.streams.calls.map(({ records, messages }) => [recordCount(records), messages?.length]),
    [
      [2, 1],
      [1, 1],
    ],
  );
});

test("receiveDeliveryRoute() stores an attempt that comes again once, also while the first is under way", async () => {
  const world = new DoorWorld();
  const both = await Promise.all([deliver(world, bodyOf(["a"])), deliver(world, bodyOf(["a"]))]);
  assert.deepEqual(
    both.map(({ status }) => status),
    [200, 200],
  );
  await deliver(world, bodyOf(["a"]).replace("1769855400000", "1769855460000"));
  assert.deepEqual(world.streams.texts, ["a"]);
  await deliver(world, bodyOf(["b"]));
  assert.deepEqual(world.streams.texts, ["a", "b"], "the same request id with other records is another delivery");
});

test("receiveDeliveryRoute() keeps nothing of a delivery that does not fit, and all of it when it comes again", async () => {
  const world = new DoorWorld();
  world.streams.admit = () => 1;
  const refused = await deliver(world, bodyOf(["a", "b"]));
  assert.deepEqual([refused.status, world.streams.texts], [503, []]);
  assert.deepEqual(refused.json, {
    requestId: REQUEST_ID,
    timestamp: Date.UTC(2026, 0, 1),
    errorMessage: "Slow down.",
  });
  world.streams.admit = recordCount;
  assert.equal((await deliver(world, bodyOf(["a", "b"]))).status, 200);
  assert.deepEqual(world.streams.texts, ["a", "b"]);
});

test("receiveDeliveryRoute() says 413, after which nobody tries again, only to bodies that the protocol forbids", async () => {
  const world = new DoorWorld({ recordBytes: 10 });
  const record = await deliver(world, bodyOf(["12345678901"]));
  assert.equal(record.status, 400);
  assert.match(JSON.stringify(record.json), /at most 10 bytes, records\[0\] has 11/);
  assert.equal((await deliver(world, Buffer.alloc(64 * 1024 * 1024 + 1, " "))).status, 413);
  assert.deepEqual(world.streams.texts, []);
});

test("receiveDeliveryRoute() refuses what is no delivery, and says why", async () => {
  const one = { data: "YQ==" };
  const good = { requestId: REQUEST_ID, timestamp: 1, records: [one] };
  const examples: readonly [unknown, RegExp][] = [
    ["{", /no JSON object/],
    ["[]", /no JSON object/],
    [`${JSON.stringify(good)}x`, /no JSON object/],
    [{ ...good, requestId: "other" }, /requestId: expected that of X-Amz-Firehose-Request-Id/],
    [{ ...good, requestId: 7 }, /requestId: expected a text, got 7/],
    [{ ...good, timestamp: "1" }, /timestamp: expected a number/],
    [{ ...good, records: {} }, /records: expected a list/],
    [{ ...good, records: [] }, /expected 1 to 10000 records, got none/],
    [{ ...good, records: Array.from({ length: 10_001 }, () => one) }, /more than 10000/],
    [{ ...good, records: [one, "YQ=="] }, /records\[1\] is no JSON object/],
    [{ ...good, records: [{}] }, /records\[0\]\.data: expected base64/],
    [{ ...good, records: [{ data: null }] }, /records\[0\]\.data: expected base64/],
    [{ ...good, records: [{ data: "=" }] }, /standard base64/],
    [{ ...good, records: [{ data: "YQ" }] }, /standard base64/],
    [{ ...good, records: [{ data: "-_-_" }] }, /standard base64/],
    [{ ...good, ...Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`m${at}`, 1])) }, /more than 100/],
  ];
  const world = new DoorWorld();
  for (const [body, message] of examples) {
    const answer = await deliver(world, typeof body === "string" ? body : JSON.stringify(body));
    assert.deepEqual(
      [answer.status, Object.keys(answer.json as object)],
      [400, ["requestId", "timestamp", "errorMessage"]],
    );
    assert.match((answer.json as { errorMessage: string }).errorMessage, message);
  }
  assert.deepEqual(world.streams.texts, []);
  assert.equal(
    (await deliver(world, bodyOf([">>>???"]).replace("/", "\\/"))).status,
    200,
    "an escaped slash is a slash",
  );
  assert.deepEqual(world.streams.texts, [">>>???"]);
});

test("receiveDeliveryRoute() reads no body for who has no key or does not speak the protocol", async () => {
  const world = new DoorWorld({ tokens: [tokenOf("right")] });
  const key = { "x-amz-firehose-access-key": "right" };
  const examples: readonly [Record<string, string>, number][] = [
    [{}, 401],
    [{ "x-amz-firehose-access-key": "wrong" }, 401],
    [{ ...key, "x-amz-firehose-protocol-version": "2.0" }, 400],
    [{ ...key, "x-amz-firehose-request-id": "" }, 400],
    [{ ...key, "x-amz-firehose-request-id": "x".repeat(257) }, 400],
    [{ ...key, "x-amz-firehose-source-arn": "" }, 400],
    [{ ...key, "x-amz-firehose-common-attributes": "{" }, 400],
    [{ ...key, "x-amz-firehose-common-attributes": '{"commonAttributes":{"a":1}}' }, 400],
  ];
  for (const [headers, status] of examples) {
    assert.equal((await deliver(world, bodyOf(["a"]), headers)).status, status, JSON.stringify(headers));
    assert.equal(world.bodyRead, false);
  }
  assert.equal((await deliver(world, bodyOf(["a"]), key, "?record=both")).status, 400);
  assert.equal((await world.call({ method: "GET", path: "/v1/streams/clicks/firehose" })).status, 405);
  assert.equal((await deliver(world, bodyOf(["a"]), key)).status, 200);
});

test("receiveDeliveryRoute() answers for streams that are not there, do not take puts, or are full", async () => {
  const world = new DoorWorld();
  world.streams.add("from-kafka", { type: "MSKAsSource" });
  const at = (name: string) =>
    world.call({ path: `/v1/streams/${name}/firehose`, headers: HEADERS, body: bodyOf(["a"]) });
  assert.equal((await at("nothing")).status, 404);
  assert.equal((await at("from-kafka")).status, 400);
  world.streams.admit = () => {
    throw new StreamError("slow-down", "Slow down.", { reason: "rate" });
  };
  assert.equal((await at("clicks")).status, 429);
});

test("receiveDeliveryRoute() refuses attributes that would make more of small records than the memory for a body", async () => {
  const world = new DoorWorld();
  const commonAttributes = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`name${at}`, "v".repeat(1000)]));
  const header = { "x-amz-firehose-common-attributes": JSON.stringify({ commonAttributes }) };
  const body = bodyOf(Array.from({ length: 9_000 }, () => "1"));
  const answer = await deliver(world, body, header, "?record=envelope");
  assert.equal(answer.status, 400);
  assert.match(JSON.stringify(answer.json), /use fewer common attributes/);
  assert.equal((await deliver(world, body, header)).status, 200);
});
