import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { DeliveryWorld } from "../../test/fakes/delivery-world.ts";
import { packRecords } from "../model/records.ts";

test("a delivery hands on what was accepted, with a separator between records", async () => {
  const world = new DeliveryWorld();
  await world.start();
  await world.put("a", "b");
  await world.put("c");
  await world.flush();
  const objects = await world.objects();
  assert.deepEqual([...objects.values()], ["a\nb\nc"]);
  assert.match([...objects.keys()][0] ?? "", /^2026\/01\/01\/00\/s-1-2026-01-01-00-00-00-[0-9a-f-]{36}$/);
  assert.equal(world.delivery.hold, 3);
  assert.deepEqual(world.delivery.status().counters, { read: 3, delivered: 3, errored: 0, dropped: 0, pending: 0 });
  await world.stop();
});

test("a delivery rolls by age without being asked", async () => {
  const world = new DeliveryWorld({ roll: { ageMs: 60_000 } });
  await world.start();
  await world.put("a");
  await world.clock.advance(30_000);
  assert.equal((await world.objects()).size, 0);
  await world.clock.advance(31_000);
  assert.equal((await world.objects()).size, 1);
  await world.stop();
});

test("a delivery rolls by size inside a batch, at record borders", async () => {
  const world = new DeliveryWorld({ roll: { size: { bytes: 10, measure: "raw" } } });
  await world.start();
  await world.put("aaaa", "bbbb", "cccc", "dddd", "a record larger than the limit");
  await world.flush();
  const texts = [...(await world.objects()).values()].sort();
  assert.deepEqual(texts, ["a record larger than the limit", "aaaa\nbbbb", "cccc\ndddd"]);
  await world.stop();
});

test("a delivery rolls by idle time and by count", async () => {
  const world = new DeliveryWorld({ roll: { idleMs: 5_000, records: 2 } });
  await world.start();
  await world.put("a", "b", "c");
  await world.clock.advance(1_000);
  assert.deepEqual([...(await world.objects()).values()], ["a\nb"]);
  await world.clock.advance(6_000);
  assert.deepEqual([...(await world.objects()).values()].sort(), ["a\nb", "c"]);
  await world.stop();
});

test("a paused delivery hands on what it had read, reads nothing more, and goes on where it stopped", async () => {
  const world = new DeliveryWorld({ roll: { ageMs: 60_000 } });
  await world.start();
  await world.put("a");
  await world.clock.advance(1_000);
  world.isPaused = true;
  await world.put("b");
  await world.clock.advance(120_000);
  assert.deepEqual([...(await world.objects()).values()], ["a"]);
  assert.equal(world.delivery.status().read, 1);
  await world.stop();
  await world.start();
  await world.clock.advance(120_000);
  assert.equal(world.delivery.hold, 1);
  world.isPaused = false;
  await world.clock.advance(120_000);
  assert.deepEqual([...(await world.objects()).values()].sort(), ["a", "b"]);
  await world.stop();
});

test("a record is in the folder of its own hour", async () => {
  const world = new DeliveryWorld({ roll: {} });
  await world.start();
  await world.put("first hour");
  await world.clock.advance(3_600_000);
  await world.put("second hour");
  await world.clock.advance(2_000);
  const early = await world.objects("2026/01/01/00/");
  assert.deepEqual([...early.values()], ["first hour"]);
  await world.flush();
  assert.deepEqual([...(await world.objects("2026/01/01/01/")).values()], ["second hour"]);
  await world.stop();
});

test("a live change of the prefix names what has already gathered, under the new version", async () => {
  const world = new DeliveryWorld();
  await world.start();
  await world.put("a");
  await world.clock.advance(1_000);
  const naming = { ...world.definition.naming, prefix: "new/" };
  await world.until(world.delivery.apply({ ...world.definition, naming }, "2"));
  await world.put("b");
  await world.flush();
  const [[key, text] = []] = await world.objects();
  assert.match(key ?? "", /^new\/2026\/01\/01\/00\/s-2-/);
  assert.equal(text, "a\nb");
  await world.stop();
});

test("a live change of the compression hands on under the old one what had gathered", async () => {
  const world = new DeliveryWorld();
  await world.start();
  await world.put("a");
  await world.clock.advance(1_000);
  await world.until(world.delivery.apply({ ...world.definition, compression: { type: "gzip" } }, "2"));
  await world.put("b");
  await world.flush();
  const keys = [...(await world.objects()).keys()].map((key) => key.replace(/.*\/s-(\d)-.*?(\.gz)?$/, "$1$2"));
  assert.deepEqual(keys.sort(), ["1", "2.gz"]);
  await world.stop();
});

test("a wall-clock roll ends with the signal of the completed day, after all of its parcels", async () => {
  const world = new DeliveryWorld({ roll: { at: { time: "08:30", timeZone: "Europe/London" } } });
  await world.start();
  await world.put("a");
  world.clock.jump(8 * 3_600_000);
  await world.clock.advance(5_000);
  assert.equal((await world.objects()).size, 0);
  world.clock.jump(31 * 60_000);
  await world.clock.advance(5_000);
  const keys = [...(await world.objects()).keys()];
  assert.equal(keys.length, 2);
  assert.equal(keys.at(0), "2025/12/31/_SUCCESS");
  const order = world.events.filter(
    ({ name }) => name === "delivery.parcelDelivered" || name === "delivery.dayCompleted",
  );
  assert.deepEqual(
    order.map(({ name }) => name),
    ["delivery.parcelDelivered", "delivery.dayCompleted"],
  );
  await world.stop();
});

test("an object under our name that is not ours stops the delivery and is left alone", async () => {
  let planted = false;
  const world = new DeliveryWorld({
    wrapStore: (store) =>
      new Proxy(store, {
        get: (target, name) => {
          const member: unknown = Reflect.get(target, name, target);
          if (name !== "put" || typeof member !== "function") return member;
          return async (request: Parameters<typeof store.put>[0]) => {
            if (!planted && request.metadata["lakehose-parcel"]) {
              planted = true;
              await store.put({ ...request, metadata: { "lakehose-parcel": "another one" } });
            }
            return store.put(request);
          };
        },
      }),
  });
  await world.start();
  await world.put("a");
  const flushing = world.delivery.flush(new AbortController().signal);
  flushing.catch(() => undefined);
  for (let step = 0; step < 50; step++) await world.clock.advance(100);
  assert.equal(world.delivery.status().state, "failed");
  assert.ok(world.events.some(({ name }) => name === "delivery.alarmed"));
  assert.equal(world.delivery.hold, 0);
  await world.stop();
});

test("a delivery that was stopped goes on where it was", async () => {
  const world = new DeliveryWorld();
  await world.start();
  await world.put("a");
  await world.clock.advance(100);
  await world.stop();
  await world.start();
  await world.put("b");
  await world.flush();
  assert.deepEqual([...(await world.objects()).values()], ["a\nb"]);
  await world.stop();
});

test("records that are gzip already are warned about once when they are compressed again", async () => {
  const world = new DeliveryWorld({ definition: { compression: { type: "gzip" } } });
  await world.start();
  const member = gzipSync("hello");
  for (let call = 0; call < 2; call++) await world.log.append({ records: packRecords([member]) });
  await world.flush();
  assert.equal(world.events.filter(({ name }) => name === "stream.warned").length, 1);
  await world.stop();
});

test("a missing journal is a loud refusal and never a start from zero", async () => {
  const world = new DeliveryWorld();
  await world.start();
  await world.put("a");
  await world.stop();
  await world.disk.removeDirectory("/data/deliveries/d/journal");
  await assert.rejects(world.start(), /its journal is missing/);
  const { state, lastError } = world.delivery.status();
  assert.deepEqual([state, lastError?.code], ["failed", "StartRefused"], "and is told as what it is");
});
