import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { DoorWorld, hookOf, tokenOf } from "../../../../test/fakes/door-world.ts";
import { StreamError } from "../../../streams/stream-error.ts";
import type { HookDefinition } from "./hook-definition.ts";
import { receiveHookRoute } from "./receive-hook.ts";

const OWN = { signature: { header: "x-signature", encoding: "hex", prefix: "" }, secrets: ["secret"] } as const;
const NOW_MS = Date.UTC(2026, 0, 31, 10, 30);

function worldOf(parts: Partial<HookDefinition> = {}, recordBytes?: number): DoorWorld {
  const hooks = [hookOf("h", { ...OWN, secrets: [...OWN.secrets], ...parts })];
  return new DoorWorld({
    nowMs: NOW_MS,
    hooks,
    tokens: [tokenOf("t")],
    ...(recordBytes !== undefined && { recordBytes }),
  });
}

function sign(body: string | Buffer, secret = "secret"): string {
  return createHmac("sha256", secret).update(body).digest("hex");
}

function send(world: DoorWorld, body: string | Buffer, headers: Record<string, string> = {}) {
  return world.call({ path: "/hooks/h", headers: { "x-signature": sign(body), ...headers }, body });
}

test(`${receiveHookRoute.name}() takes the body unaltered for any of the secrets, with no token`, async () => {
  const world = worldOf({ secrets: ["next", "secret"] });
  const body = Buffer.from([0, 0xff, 0x0a]);
  assert.equal((await send(world, body)).status, 200);
  assert.equal((await send(world, "b", { "x-signature": sign("b", "next").toUpperCase() })).status, 200);
  assert.equal((await send(world, "c", { "x-signature": sign("c", "former") })).status, 401);
  assert.deepEqual(world.streams.calls[0]?.records.bytes, body);
  assert.deepEqual(world.streams.texts.slice(1), ["b"]);
});

test("receiveHookRoute() reads no body where no signature can be right", async () => {
  const ts = String(NOW_MS / 1000);
  const old = String(NOW_MS / 1000 - 301);
  const early = String(NOW_MS / 1000 + 301);
  const hex = "ab".repeat(32);
  const examples: readonly [HookDefinition["signature"], Record<string, string>][] = [
    [OWN.signature, { "x-signature": "" }],
    [OWN.signature, { "x-signature": "abc" }],
    [OWN.signature, { "x-signature": `${hex}00` }],
    [{ ...OWN.signature, prefix: "v1=" }, { "x-signature": hex }],
    ["github", { "x-hub-signature-256": `sha1=${hex}` }],
    ["shopify", { "x-shopify-hmac-sha256": "AAAA" }],
    ["slack", { "x-slack-signature": `v0=${hex}` }],
    ["slack", { "x-slack-signature": `v0=${hex}`, "x-slack-request-timestamp": old }],
    ["slack", { "x-slack-signature": `v1=${hex}`, "x-slack-request-timestamp": ts }],
    ["stripe", { "stripe-signature": `t=${early},v1=${hex}` }],
    ["stripe", { "stripe-signature": `t=${ts},v0=${hex}` }],
    ["stripe", { "stripe-signature": `t=1e9,v1=${hex}` }],
    ["stripe", { "stripe-signature": `${"v1=00,".repeat(100)}t=${ts},v1=${hex}` }],
  ];
  for (const [signature, headers] of examples) {
    const world = worldOf({ signature });
    const { status } = await world.call({ path: "/hooks/h", headers, body: "x" });
    assert.deepEqual([status, world.bodyRead], [401, false], JSON.stringify(headers));
  }
});

test("receiveHookRoute() signs the time with the body: neither can be changed", async () => {
  const ts = NOW_MS / 1000;
  const signature = sign(`${ts}.body`);
  const attempt = async (time: number, body: string) => {
    const world = worldOf({ signature: "stripe" });
    const headers = { "stripe-signature": `t=${time}, v1=${"00".repeat(32)}, v1=${signature}` };
    return (await world.call({ path: "/hooks/h", headers, body })).status;
  };
  assert.deepEqual(
    [await attempt(ts, "body"), await attempt(ts + 1, "body"), await attempt(ts, "boby")],
    [200, 401, 401],
  );
});

test("receiveHookRoute() stores an event once, by what its sender calls it", async () => {
  const byField = worldOf({ id: { field: "event.id" } });
  for (const body of ['{"event":{"id":7}}', '{"event":{"id":7}} ', '{"event":{"id":"8"}}', "no JSON", "no JSON"]) {
    assert.equal((await send(byField, body)).status, 200);
  }
  assert.deepEqual(byField.streams.texts, ['{"event":{"id":7}}', '{"event":{"id":"8"}}', "no JSON", "no JSON"]);
  const byHeader = worldOf({ id: { header: "x-id" } });
  const answers = [
    await send(byHeader, "a", { "x-id": "1" }),
    await send(byHeader, "b", { "x-id": "1" }),
    await send(byHeader, "c"),
    await send(byHeader, "c"),
    await send(byHeader, "d", { "x-id": "x".repeat(1025) }),
  ];
  assert.deepEqual(
    answers.map(({ json }) => (json as { duplicates: number }).duplicates),
    [0, 1, 0, 0, 0],
  );
  assert.deepEqual(byHeader.streams.texts, ["a", "c", "c", "d"]);
});

test("receiveHookRoute() puts chosen headers beside the body, and no others", async () => {
  const world = worldOf({ record: "envelope", headers: ["x-topic", "x-absent"] });
  await send(world, '{"n":1.0}', { "x-topic": "orders/create", "x-other": "secret" });
  assert.deepEqual(world.streams.texts, ['{"value":{"n":1.0},"hook":"h","headers":{"x-topic":"orders/create"}}']);
});

test("receiveHookRoute() refuses what is too large, packed, empty, or for nobody", async () => {
  const world = worldOf({ record: "envelope" }, 50);
  assert.equal((await send(world, "x".repeat(51))).status, 413);
  assert.equal((await send(world, "x".repeat(50))).status, 413, "the envelope counts");
  assert.equal((await send(world, "")).status, 400);
  const packed = await send(world, "x", { "content-encoding": "gzip" });
  assert.deepEqual([packed.status, world.bodyRead], [415, false]);
  assert.equal((await world.call({ path: "/hooks/__proto__", body: "x" })).status, 404);
  assert.equal((await world.call({ method: "GET", path: "/hooks/h" })).status, 405);
  assert.deepEqual(world.streams.texts, []);
});

test("receiveHookRoute() tells a sender that is too fast from a stream that is full or not there", async () => {
  const world = worldOf({ id: { header: "x-id" } });
  const statusOf = async (reason: string) => {
    world.streams.admit = () => {
      throw new StreamError("slow-down", "Slow down.", { reason });
    };
    const answer = await send(world, "a", { "x-id": "1" });
    assert.equal(answer.headers["retry-after"], "1");
    return [answer.status, (answer.json as { code: string }).code];
  };
  assert.deepEqual(await statusOf("rate"), [429, "ThrottlingException"]);
  assert.deepEqual(await statusOf("budget"), [503, "ServiceUnavailableException"]);
  world.streams.admit = () => 1;
  assert.equal((await send(world, "a", { "x-id": "1" })).status, 200, "what was refused is not remembered");
  const elsewhere = worldOf({ stream: "nothing" });
  assert.equal((await send(elsewhere, "a")).status, 404);
});
