import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { z } from "zod";
import { ScriptedShards } from "../../../test/fakes/scripted-shards.ts";
import { UpstreamWorld } from "../../../test/fakes/upstream-world.ts";
import { systemClock } from "../../std/clock.ts";
import { systemRandom } from "../../std/random.ts";
import { anySourceKind } from "../source-kind.ts";
import { readShards } from "./read-shards.ts";
import type { StreamStart } from "./shard-places.ts";

function open(t: TestContext, upstream: ScriptedShards, start: StreamStart = "TRIM_HORIZON"): UpstreamWorld {
  const kind = anySourceKind({
    name: "shards",
    description: "Scripted shards.",
    guarantee: "Exactly once.",
    options: z.strictObject({}),
    upstream: () => "scripted shards",
    create:
      ({ clock }) =>
      (_, run) =>
        readShards({ upstream, start, pollIntervalMs: 20, run, clock, random: systemRandom }),
  });
  const world = new UpstreamWorld(kind, {});
  t.after(() => world.stop());
  return world;
}

test("children are read when both their parents are, and a restart begins with what is left", async (t) => {
  const upstream = new ScriptedShards();
  upstream.add("a", ["a1", "a2", "a3"]);
  upstream.add("b", ["b1"]);
  upstream.add("c", ["c1", "c2"], { parents: ["a", "b"] });
  upstream.add("d", [], { parents: ["c"] });
  upstream.add("e", ["e1"], { parents: ["d"], isClosed: false });
  const world = open(t, upstream);
  await world.start();
  const texts = (await world.untilRecords(7)).map(String);
  assert.deepEqual(texts.toSorted(), ["a1", "a2", "a3", "b1", "c1", "c2", "e1"]);
  assert.ok(texts.indexOf("c1") > Math.max(texts.indexOf("a3"), texts.indexOf("b1")), texts.join());
  assert.ok(texts.indexOf("e1") > texts.indexOf("c2"), texts.join());
  await world.stop();
  upstream.opened.length = 0;
  await world.start();
  await world.until(() => upstream.opened.length > 0, "reading again");
  await systemClock.sleep(100);
  assert.deepEqual(upstream.opened, ['e {"after":"0"}']);
  assert.equal((await world.records()).length, 7);
});

test("children whose parents are forgotten are read from their begin", async (t) => {
  const upstream = new ScriptedShards();
  upstream.add("c", ["c1"], { parents: ["gone", "gone too"], isClosed: false });
  const world = open(t, upstream);
  await world.start();
  assert.deepEqual((await world.untilRecords(1)).map(String), ["c1"]);
});

test("children that show up after the end of their parents are found", async (t) => {
  const upstream = new ScriptedShards();
  upstream.add("a", ["a1"]);
  const world = open(t, upstream);
  await world.start();
  await world.untilRecords(1);
  upstream.add("b", ["b1"], { parents: ["a"], isClosed: false });
  assert.deepEqual((await world.untilRecords(2)).map(String), ["a1", "b1"]);
});

test("an iterator that has expired is opened behind what was taken, and throttled reads wait", async (t) => {
  const upstream = new ScriptedShards();
  upstream.add("a", ["a1", "a2", "a3", "a4"], { isClosed: false });
  upstream.faults.push(undefined, "expired", "throttled", "throttled", "throttled");
  const world = open(t, upstream);
  await world.start();
  assert.deepEqual((await world.untilRecords(4)).map(String), ["a1", "a2", "a3", "a4"]);
  assert.deepEqual(upstream.opened, ['a {"oldest":true}', 'a {"after":"1"}']);
  const { expiredIterators, throttledReads } = world.status.counters;
  assert.deepEqual([expiredIterators, throttledReads], [1, 3]);
  assert.equal(world.status.state, "reading");
});

test("records that were deleted before they were read are told of, and reading goes on", async (t) => {
  const upstream = new ScriptedShards();
  upstream.add("a", ["a1"], { isClosed: false });
  upstream.faults.push("trimmed");
  const world = open(t, upstream);
  await world.start();
  await world.untilRecords(1);
  assert.equal(world.status.warning?.code, "shard-trimmed");
  assert.equal(world.status.counters.shardsTrimmed, 1);
});

test("with LATEST shards that were closed before are left out, and with a time it is asked for", async (t) => {
  const upstream = new ScriptedShards();
  upstream.add("old", ["o1"]);
  upstream.add("open", [], { parents: ["old"], isClosed: false });
  const world = open(t, upstream, "LATEST");
  await world.start();
  await world.until(() => upstream.reads > 3, "reads");
  assert.deepEqual(upstream.opened, ['open {"time":0}']);
  assert.deepEqual([world.status.measures.shards, world.status.measures.millisBehindLatest], [1, 7]);
});

test("shards are listed seldom while nothing changes", async (t) => {
  const upstream = new ScriptedShards();
  upstream.add("a", ["a1"], { isClosed: false });
  const world = open(t, upstream);
  await world.start();
  await world.untilRecords(1);
  await systemClock.sleep(1_500);
  assert.equal(upstream.lists, 1);
});
