import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { BUCKET, SourceWorld, STREAM_UID } from "../../../test/fakes/source-world.ts";
import type { CreateLakeReaderRequest } from "../source.ts";
import { ObjectLakeReader } from "./lake-reader.ts";

const UUID = "0f9d1c52-3a77-8c11-9e04-5b7a3c0d2e61";

async function readerIn(world: SourceWorld, parts: Partial<CreateLakeReaderRequest> = {}): Promise<ObjectLakeReader> {
  return new ObjectLakeReader({
    streamName: "orders",
    streamUid: STREAM_UID,
    sourceId: "replay/1",
    onlyDelivery: "replay-1",
    bucket: BUCKET,
    prefix: "data/",
    exclude: [],
    stage: "processors",
    keepLineFeed: false,
    timeZone: "UTC",
    intake: await world.open(),
    clock: world.clock,
    random: world.random,
    storeFor: () => world.store,
    ...parts,
  });
}

const forever = () => new AbortController().signal;

test("ObjectLakeReader reads lines of every compression in key order, as of the time in the name", async () => {
  const world = new SourceWorld();
  const reader = await readerIn(world, { exclude: ["data/mine/"] });
  await world.put(`data/a-1-2026-01-02-03-04-05-${UUID}.gz`, gzipSync("1\n2\n\n3"));
  await world.put("data/b", Buffer.from("4\n5\n"));
  await world.put("data/_SUCCESS-2026-01-02", Buffer.from("{}"));
  await world.put("data/mine/c", Buffer.from("no\n"));
  await world.put("other/d", Buffer.from("no\n"));
  await reader.run(forever());
  assert.deepEqual(await world.texts(), ["1", "2", "", "3", "4", "5"]);
  const [first] = await world.batches();
  assert.equal(first?.onlyDelivery, "replay-1");
  assert.deepEqual(first?.origin?.offsets, [undefined, undefined, undefined, undefined]);
  assert.equal(first?.origin?.arrivalsMs[0], Date.UTC(2026, 0, 2, 3, 4, 5));
  assert.deepEqual([reader.status().objects, reader.status().records], [2, 6]);
});

test("ObjectLakeReader leaves line feeds in records whose format puts none between them", async () => {
  const world = new SourceWorld();
  const reader = await readerIn(world, { keepLineFeed: true });
  await world.put("data/a", Buffer.from("1\n\n2"));
  await reader.run(forever());
  assert.deepEqual(await world.texts(), ["1\n", "\n", "2"]);
});

test("ObjectLakeReader tells of a damaged object and goes on with the others", async () => {
  const world = new SourceWorld();
  const reader = await readerIn(world);
  const lines = Array.from({ length: 5_000 }, (_, index) => `${(index * 7919) % 10007}\n`).join("");
  await world.put("data/a", gzipSync(lines).subarray(0, -100));
  await world.put("data/b", Buffer.from("last"));
  await reader.run(forever());
  assert.equal((await world.texts()).at(-1), "last");
  assert.equal(reader.status().problems[0]?.key, "data/a");
});

test("ObjectLakeReader does not read on in an object that was replaced meanwhile", async () => {
  const world = new SourceWorld();
  const reader = await readerIn(world);
  await world.put("data/a", Buffer.from("1\n2\n"));
  await reader.run(forever());
  await world.put("data/a", Buffer.from("one\ntwo\nthree\n"));
  await world.put("data/b", Buffer.from("4"));
  const again = await readerIn(world);
  await again.run(forever());
  assert.deepEqual(await world.texts(), ["1", "2", "4"]);
  assert.match(again.status().problems[0]?.reason ?? "", /changed or gone/);
});

test("ObjectLakeReader goes on after a crash at any step, and each record is in the log once", async () => {
  for (const how of ["power", "kill"] as const) {
    for (let crashAt = 1; crashAt < 40; crashAt += 2) {
      const world = new SourceWorld(crashAt);
      await world.store.ensureBucket(BUCKET);
      const text = "x".repeat(400_000);
      for (const key of ["a", "b", "c"])
        await world.put(`data/${key}`, Buffer.from(`${key}1${text}\n${key}2${text}\n${key}3${text}`));
      world.disk.crashAt(world.disk.faults.count + crashAt, how);
      const life = new AbortController();
      const living = readerIn(world)
        .then((reader) => reader.run(life.signal))
        .catch(() => undefined);
      // A log without a disk says "later" for ever; the process that asked is gone by then.
      await world.clock.advance(1_000);
      life.abort(new Error("the process has died"));
      await living;
      world.disk.heal();
      world.disk.processKill();
      await (await readerIn(world)).run(forever());
      const starts = (await world.texts()).map((record) => record.slice(0, 2));
      assert.deepEqual(starts, ["a1", "a2", "a3", "b1", "b2", "b3", "c1", "c2", "c3"], `crash ${crashAt} ${how}`);
    }
  }
});
