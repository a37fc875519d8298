import assert from "node:assert/strict";
import { test } from "node:test";
import { PretendClock } from "../../../test/fakes/pretend-clock.ts";
import { PretendDisk } from "../../../test/fakes/pretend-disk.ts";
import type { Disk } from "../../std/disk.ts";
import { seededRandom } from "../../std/random.ts";
import { bytesBody } from "../../storage/bytes-body.ts";
import { MemoryStore } from "../../storage/memory/memory-store.ts";
import { ObjectStoreError } from "../../storage/object-store.ts";
import type { EventCatalogue } from "../../telemetry/events.ts";
import { Lifecycle, type LifecycleOptions } from "./lifecycle.ts";
import type { LifecycleRule } from "./lifecycle-rule.ts";
import { LifecycleRules } from "./lifecycle-rules.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

type Swept = EventCatalogue["lifecycle.bucketSwept"];

function rule(more: Partial<LifecycleRule>): LifecycleRule {
  return { id: "r", enabled: true, filter: { prefix: "", tags: {} }, transitions: [], ...more };
}

/** A server's part in it: may be started again on the same disk and store. */
class World {
  /** Noon of the first of January. */
  readonly clock = new PretendClock(Date.UTC(2026, 0, 1, 12));
  readonly disk = new PretendDisk(seededRandom(1));
  readonly store = new MemoryStore({ clock: this.clock, multipart: { putBytesMax: 1e9, partBytes: 5 } });
  readonly swept: Swept[] = [];
  readonly failures: string[] = [];
  rules: LifecycleRules | undefined;

  async start(rules: Readonly<Record<string, readonly LifecycleRule[]>>, more: Partial<LifecycleOptions> = {}) {
    const disk: Disk = this.disk.process();
    const configured = new Map(Object.entries(rules));
    this.rules = await LifecycleRules.open({ disk, configured, dataDirectory: "/data", isLocal: () => true });
    const lifecycle = new Lifecycle({
      disk,
      clock: this.clock,
      random: seededRandom(2),
      dataDirectory: "/data",
      rules: this.rules,
      storeFor: () => this.store,
      uploadsOf: () => this.store.multipart,
      telemetry: {
        emit: (name, fields) => {
          if (name === "lifecycle.bucketSwept") this.swept.push(fields as Swept);
          if (name === "lifecycle.sweepFailed") this.failures.push((fields as { reason: string }).reason);
        },
      },
      ...more,
    });
    lifecycle.start();
    await this.clock.advance(0);
    return lifecycle;
  }

  async put(...keys: readonly string[]) {
    await this.store.ensureBucket("lake");
    for (const key of keys) {
      const body = bytesBody(Buffer.from(key));
      await this.store.put({ bucket: "lake", key, body, onlyIfAbsent: false, contentType: "a/b", metadata: {} });
    }
  }

  async keys(): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of this.store.list("lake")) keys.push(key);
    return keys;
  }

  async stop(lifecycle: Lifecycle) {
    await lifecycle.close();
  }
}

test("a run comes at ten past midnight UTC and deletes what is due, and nothing else", async () => {
  const world = new World();
  await world.put("logs/a", "logs/b", "other");
  const lifecycle = await world.start({
    lake: [rule({ filter: { prefix: "logs/", tags: {} }, expiration: { days: 1 } })],
  });
  assert.equal(world.swept.length, 1, "the first start makes up for the run of this morning");
  await world.clock.advance(DAY_MS);
  await world.put("logs/young");
  // Written at noon of the first: due at midnight before the third.
  await world.clock.advance(12 * HOUR_MS + 9 * 60_000);
  assert.equal((await world.keys()).length, 4);
  await world.clock.advance(60_000);
  assert.deepEqual(await world.keys(), ["logs/young", "other"]);
  const { bucket, objects, expired, expiredBytes, failed } = world.swept.at(-1) as Swept;
  assert.deepEqual(
    { bucket, objects, expired, expiredBytes, failed },
    {
      bucket: "lake",
      objects: 3,
      expired: 2,
      expiredBytes: 12,
      failed: 0,
    },
  );
  assert.equal(world.swept.length, 3, "once a day");
  await world.stop(lifecycle);
});

test("a run that was missed is made up for at the start, once", async () => {
  const world = new World();
  await world.put("a");
  const rules = { lake: [rule({ expiration: { days: 1 } })] };
  await world.stop(await world.start(rules));
  await world.clock.advance(5 * DAY_MS);
  assert.deepEqual(await world.keys(), ["a"]);
  await world.stop(await world.start(rules));
  assert.deepEqual(await world.keys(), []);
  const runs = world.swept.length;
  await world.stop(await world.start(rules));
  assert.equal(world.swept.length, runs);
  // A clock that was ahead must not keep runs away until it would have been right.
  world.clock.jump(-3 * DAY_MS);
  await world.stop(await world.start(rules));
  assert.equal(world.swept.length, runs + 1);
});

test("an object that somebody needs is kept until it is let go", async () => {
  const world = new World();
  await world.put("open", "settled");
  await world.clock.advance(3 * DAY_MS);
  let isOpen = true;
  const letGo = async (bucket: string, key: string) => !(isOpen && bucket === "lake" && key === "open");
  const lifecycle = await world.start({ lake: [rule({ expiration: { days: 1 } })] }, { letGo });
  assert.deepEqual(await world.keys(), ["open"]);
  assert.equal(world.swept.at(-1)?.held, 1);
  isOpen = false;
  await world.clock.advance(DAY_MS);
  assert.deepEqual(await world.keys(), []);
  await world.stop(lifecycle);
});

test("an object that is replaced between the list and its deletion stays", async () => {
  const world = new World();
  await world.put("a");
  await world.clock.advance(3 * DAY_MS);
  const letGo = async () => {
    await world.put("a");
    return true;
  };
  await world.stop(await world.start({ lake: [rule({ expiration: { days: 1 } })] }, { letGo }));
  assert.deepEqual(await world.keys(), ["a"]);
  assert.equal(world.swept.at(-1)?.expired, 0);
});

test("a run that is interrupted goes on behind its last page", async () => {
  const world = new World();
  const keys = Array.from({ length: 2_500 }, (_, index) => `k${String(index).padStart(5, "0")}`);
  await world.put(...keys);
  await world.clock.advance(3 * DAY_MS);
  const asked: string[] = [];
  const rules = { lake: [rule({ expiration: { days: 1 } })] };
  const dying = new Promise<boolean>(() => undefined);
  const letGo = async (_: string, key: string) => {
    asked.push(key);
    return key < "k01500" ? true : dying;
  };
  await world.start(rules, { letGo });
  for (let turn = 0; turn < 200 && asked.at(-1) !== "k01503"; turn++) await world.clock.advance(0);
  world.disk.processKill();

  asked.length = 0;
  const second = await world.start(rules, {
    letGo: async (_, key) => {
      asked.push(key);
      return true;
    },
  });
  for (let turn = 0; turn < 400 && (await world.keys()).length > 0; turn++) await world.clock.advance(0);
  assert.deepEqual(await world.keys(), []);
  assert.ok((asked[0] ?? "") >= "k01000", `the first page is not looked at again, got ${asked[0]}`);
  await world.stop(second);
});

test("a bucket that cannot be listed is tried again and keeps no other waiting for ever", async () => {
  const world = new World();
  await world.put("a");
  await world.clock.advance(3 * DAY_MS);
  const broken = new MemoryStore({ clock: world.clock });
  broken.list = () => {
    throw new ObjectStoreError("unavailable", "the line is dead");
  };
  const rules = [rule({ expiration: { days: 1 } })];
  const storeFor = (bucket: string) => (bucket === "broken" ? broken : world.store);
  const lifecycle = await world.start({ broken: rules, lake: rules, missing: rules }, { storeFor });
  await world.clock.advance(60_000);
  assert.equal(world.failures.length, 5);
  assert.deepEqual(await world.keys(), []);
  await world.clock.advance(2 * HOUR_MS);
  assert.equal(world.failures.length, 5, "until the next day");
  await world.stop(lifecycle);
});

test("a store that refuses is not asked for every object, and the reason is told", async () => {
  const world = new World();
  const keys = Array.from({ length: 300 }, (_, index) => `k${index}`);
  await world.put(...keys);
  await world.clock.advance(3 * DAY_MS);
  let asked = 0;
  world.store.setStorageClass = async () => {
    asked += 1;
    throw new ObjectStoreError("rejected", "InvalidStorageClass");
  };
  const transitions = [{ due: { days: 1 }, storageClass: "GLACIER" as const }];
  const rules = [rule({ transitions, filter: { prefix: "", tags: {}, largerThanBytes: 0 } })];
  await world.stop(await world.start({ lake: rules }));
  const { failed, reason } = world.swept.at(-1) as Swept;
  assert.deepEqual([failed, reason], [300, "InvalidStorageClass"]);
  assert.ok(asked >= 100 && asked < 110, `asked ${asked} times`);
});

test("objects are moved to another class once", async () => {
  const world = new World();
  await world.put("a");
  await world.clock.advance(3 * DAY_MS);
  const transitions = [{ due: { days: 1 }, storageClass: "GLACIER" as const }];
  const lifecycle = await world.start({
    lake: [rule({ transitions, filter: { prefix: "", tags: {}, largerThanBytes: 0 } })],
  });
  assert.equal((await world.store.head("lake", "a"))?.storageClass, "GLACIER");
  await world.clock.advance(2 * DAY_MS);
  assert.deepEqual(
    world.swept.map(({ transitioned }) => transitioned),
    [1, 0, 0],
  );
  await world.stop(lifecycle);
});

test("uploads that nobody completed are aborted, unless a delivery is at them", async () => {
  const world = new World();
  await world.put();
  const { multipart } = world.store;
  assert.ok(multipart);
  const request = { bucket: "lake", onlyIfAbsent: true, contentType: "a/b", metadata: {} };
  await multipart.create({ ...request, key: "left" });
  await multipart.create({ ...request, key: "ours" });
  await world.clock.advance(3 * DAY_MS);
  await multipart.create({ ...request, key: "young" });
  const letGo = async (_: string, key: string) => key !== "ours";
  await world.stop(await world.start({ lake: [rule({ abortUploadsAfterDays: 1 })] }, { letGo }));
  const left: string[] = [];
  for await (const { key } of multipart.listUploads("lake", "")) left.push(key);
  assert.deepEqual(left.sort(), ["ours", "young"]);
  assert.equal(world.swept.at(-1)?.abortedUploads, 1);
});

test("rules that were put are durable, replaced as a whole, and forgotten with their bucket", async () => {
  const world = new World();
  await world.stop(await world.start({}));
  const first = [rule({ id: "one", expiration: { days: 3 } }), rule({ id: "two", abortUploadsAfterDays: 1 })];
  await world.rules?.put("lake", first);
  await world.rules?.put("a".repeat(255), [rule({ expiration: { atMs: DAY_MS } })]);
  world.disk.powerLoss();
  await world.stop(await world.start({ lake: [rule({ id: "configured", expiration: { days: 9 } })] }));
  assert.deepEqual(world.rules?.get("lake"), first);
  assert.deepEqual(
    world.rules.inForce("lake").map(({ id }) => id),
    ["configured", "one", "two"],
  );
  assert.deepEqual(world.rules.buckets(), ["a".repeat(255), "lake"]);
  await world.rules.remove("lake");
  world.disk.powerLoss();
  await world.stop(await world.start({}));
  assert.equal(world.rules.get("lake"), undefined);
});
