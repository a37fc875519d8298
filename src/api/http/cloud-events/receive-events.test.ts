import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { DoorWorld, tokenOf } from "../../../../test/fakes/door-world.ts";
import { receiveEventsRoute } from "./receive-events.ts";

const PATH = "/v1/streams/clicks/events";
const EVENT = { specversion: "1.0", id: "1", source: "/s", type: "t" };
const STRUCTURED = { "content-type": "application/cloudevents+json" };
const BATCHED = { "content-type": "application/cloudevents-batch+json" };
const BINARY = { "ce-specversion": "1.0", "ce-id": "1", "ce-source": "/s", "ce-type": "t" };

function send(world: DoorWorld, headers: Record<string, string>, body: unknown) {
  const bytes = typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  return world.call({ path: PATH, headers, body: bytes });
}

test(`${receiveEventsRoute.name}() takes what the specification allows`, async () => {
  const examples: readonly object[] = [
    { ...EVENT, data: null },
    { ...EVENT, data: { specversion: "9" } },
    { ...EVENT, data_base64: "" },
    { ...EVENT, time: "2026-01-31T10:30:00.123+05:30", subject: "x", dataschema: "http://x", datacontenttype: "a/b" },
    { ...EVENT, ext1: true, ext2: -2_147_483_648, ext3: "", ext4: null, time: null },
  ];
  for (const event of examples) {
    const world = new DoorWorld();
    const answer = await send(world, STRUCTURED, event);
    assert.deepEqual([answer.status, world.streams.texts], [200, [JSON.stringify(event)]]);
  }
});

test("receiveEventsRoute() refuses what is no event, keeps nothing of its batch, and says why", async () => {
  const examples: readonly [unknown, RegExp][] = [
    ["", /no JSON/],
    ['"event"', /no JSON object/],
    [`${JSON.stringify(EVENT)},`, /no JSON object/],
    [Buffer.from('{"specversion":"1.0\xff"}', "latin1"), /no UTF-8/],
    [{ ...EVENT, specversion: "0.3" }, /specversion: expected "1\.0", got "0\.3"/],
    [{ ...EVENT, specversion: 1 }, /specversion: expected a text/],
    [{ ...EVENT, id: "" }, /id: expected a text with something in it, got ""/],
    [{ ...EVENT, source: 7 }, /source: expected a text/],
    [{ ...EVENT, type: null }, /type: expected a text/],
    [{ ...EVENT, subject: "" }, /subject: expected a text/],
    [{ ...EVENT, time: "yesterday" }, /time: expected RFC 3339/],
    [{ ...EVENT, time: "2026-13-31T10:30:00Z" }, /time: expected RFC 3339/],
    [{ ...EVENT, myExtension: "x" }, /lower-case letters and digits, got "myExtension"/],
    [{ ...EVENT, extension: {} }, /extension: expected a text, a whole number/],
    [{ ...EVENT, extension: 2 ** 32 }, /extension: expected a text, a whole number/],
    [{ ...EVENT, data: 1, data_base64: "AA==" }, /expected one of them/],
    [{ ...EVENT, data_base64: "AA" }, /standard base64/],
    [{ ...EVENT, ...Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`m${at}`, 1])) }, /more than 200/],
  ];
  const world = new DoorWorld();
  for (const [body, message] of examples) {
    const answer = await send(world, STRUCTURED, body);
    assert.equal(answer.status, 400);
    assert.match((answer.json as { message: string }).message, message);
  }
  const { status, json } = await send(world, BATCHED, [EVENT, { ...EVENT, id: "" }]);
  assert.equal(status, 400);
  assert.match(JSON.stringify(json), /Event 1: id: expected/);
  assert.equal((await send(world, BATCHED, EVENT)).status, 400, "one event is no batch");
  assert.deepEqual(world.streams.texts, []);
});

test("receiveEventsRoute() takes batches up to what can be stored at once, also none", async () => {
  const world = new DoorWorld();
  const batch = Array.from({ length: 4_097 }, (_, id) => ({ ...EVENT, id: String(id) }));
  assert.equal((await send(world, BATCHED, batch)).status, 413);
  assert.deepEqual(world.streams.calls, []);
  const answer = await send(
    world,
    { ...BATCHED, "content-encoding": "gzip" },
    gzipSync(JSON.stringify(batch.slice(1))),
  );
  assert.deepEqual(answer.json, { accepted: 4_096, duplicates: 0 });
  assert.equal(world.streams.calls.length, 1);
  assert.deepEqual((await send(world, BATCHED, [])).json, { accepted: 0, duplicates: 0 });
});

test("receiveEventsRoute() knows an event by source and id", async () => {
  const world = new DoorWorld();
  for (const event of [EVENT, { ...EVENT, source: "/other" }, { ...EVENT, type: "another", data: 1 }]) {
    await send(world, STRUCTURED, event);
  }
  assert.equal(world.streams.texts.length, 2);
});

test("receiveEventsRoute() keeps nothing of a batch that the stream has no room for", async () => {
  const world = new DoorWorld();
  world.streams.admit = () => 1;
  const refused = await send(world, BATCHED, [EVENT, { ...EVENT, id: "2" }]);
  assert.deepEqual([refused.status, refused.headers["retry-after"], world.streams.texts], [503, "1", []]);
  world.streams.admit = () => 2;
  assert.deepEqual((await send(world, BATCHED, [EVENT, { ...EVENT, id: "2" }])).json, { accepted: 2, duplicates: 0 });
});

test("receiveEventsRoute() folds the data of binary mode into the event", async () => {
  const examples: readonly [string | undefined, string | Buffer, string][] = [
    ["application/vnd.x+json; charset=utf-8", '{\n"a":1}', ',"data":{ "a":1}'],
    [undefined, "[1.0]", ',"data":[1.0]'],
    [undefined, "text", ',"data_base64":"dGV4dA=="'],
    ["text/plain", 'say "x"\n', ',"data":"say \\"x\\"\\n"'],
    ["image/png", Buffer.from([0xff, 0]), ',"data_base64":"/wA="'],
    ["text/plain", "", ""],
  ];
  for (const [type, body, member] of examples) {
    const world = new DoorWorld();
    const headers = type === undefined ? BINARY : { ...BINARY, "content-type": type };
    assert.equal((await send(world, headers, body)).status, 200);
    const content = type === undefined ? "" : `,"datacontenttype":${JSON.stringify(type)}`;
    const head = '{"specversion":"1.0","id":"1","source":"/s","type":"t"';
    assert.deepEqual(world.streams.texts, [`${head}${content}${member}}`]);
  }
  const world = new DoorWorld();
  assert.equal((await send(world, { ...BINARY, "content-type": "application/json" }, "{")).status, 400);
  assert.equal((await send(world, { ...BINARY, "ce-data": "x" }, "")).status, 400);
  assert.equal((await send(world, { ...BINARY, "ce-subject": "%FF" }, "")).status, 400);
  assert.equal((await send(world, { ...BINARY, "ce-id": "" }, "")).status, 400);
});

test("receiveEventsRoute() reads no body of what it does not take", async () => {
  const world = new DoorWorld({ tokens: [tokenOf("right")] });
  const known = { authorization: "Bearer right" };
  const examples: readonly [Record<string, string>, number][] = [
    [STRUCTURED, 401],
    [{ ...known, "content-type": "application/json" }, 400],
    [{ ...known, "content-type": "application/cloudevents+xml" }, 415],
    [{ ...known, "content-type": "application/cloudevents+json; charset=utf-16" }, 415],
  ];
  for (const [headers, status] of examples) {
    assert.equal((await send(world, headers, EVENT)).status, status);
    assert.equal(world.bodyRead, false);
  }
  assert.equal((await send(world, { ...known, ...STRUCTURED }, EVENT)).status, 200);
});

test("receiveEventsRoute() answers who asks whether events are wanted", async () => {
  const world = new DoorWorld({ tokens: [tokenOf("right")] });
  const ask = (headers: Record<string, string>) => world.call({ method: "OPTIONS", path: PATH, headers });
  const origin = { "webhook-request-origin": "eventemitter.example.com" };
  const asked = await ask({ ...origin, "webhook-request-rate": "120" });
  assert.deepEqual(
    [asked.status, asked.headers],
    [
      200,
      {
        allow: "POST, OPTIONS",
        "webhook-allowed-origin": "eventemitter.example.com",
        "webhook-allowed-rate": "*",
      },
    ],
  );
  assert.equal((await ask(origin)).headers["webhook-allowed-rate"], undefined);
  assert.deepEqual((await ask({})).headers, { allow: "POST, OPTIONS" });
  assert.equal((await world.call({ method: "PUT", path: PATH })).headers.allow, "POST, OPTIONS");
});
