import assert from "node:assert/strict";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import type { DeliveryDefinition } from "../../src/model/delivery-definition.ts";
import { packRecords } from "../../src/model/records.ts";
import type { Processor } from "../../src/processors/processor.ts";
import { DeliveryWorld, type DeliveryWorldOptions } from "../fakes/delivery-world.ts";

/** Promises that have to hold whatever step of a parcel's life something hits: tests 13, 15, 16 and 20 of the thirty. */

const SECOND_BUCKET = "lake-two";

/** Adds a mark of the definition under which it was asked. */
function marking(mark: string): Processor {
  return {
    type: mark,
    pure: false,
    process: async ({ source, outcomes }) => ({
      source,
      outcomes: outcomes.map((outcome) =>
        outcome.result === "kept" ? { ...outcome, bytes: Buffer.from(`${outcome.bytes.toString()}#${mark}`) } : outcome,
      ),
    }),
    close: async () => undefined,
  };
}

const MARKING: DeliveryWorldOptions["processors"] = { old: () => marking("old"), new: () => marking("new") };

interface Change {
  readonly what: string;
  readonly part: Partial<DeliveryDefinition>;
}

const CHANGES: readonly Change[] = [
  { what: "prefix", part: { naming: { timeZone: "UTC", prefix: "changed/" } } },
  { what: "bucket", part: { target: { type: "object-store", options: { bucket: SECOND_BUCKET } } } },
  { what: "compression", part: { compression: { type: "gzip" } } },
  { what: "function", part: { processors: [{ type: "new", options: {} }] } },
];

/** Changes the definition at one operation of the disk, with traffic before, during and after it. */
async function liveWithChange({ part }: Change, step: number): Promise<{ world: DeliveryWorld; changed: boolean }> {
  const world = new DeliveryWorld({
    roll: { records: 3, ageMs: 1_500 },
    definition: { processors: [{ type: "old", options: {} }] },
    processors: MARKING ?? {},
  });
  await world.store.ensureBucket(SECOND_BUCKET);
  await world.start();
  const target = world.disk.faults.count + step;
  const { delivery } = world;
  const next = { ...world.definition, ...part };
  let changing: Promise<void> | undefined;
  world.disk.faults.before = ({ index }) => {
    if (index !== target) return;
    changing = delivery.apply(next, "2");
    changing.catch(() => undefined);
  };
  for (let call = 0; call < 3; call++) {
    await world.put(`${call}-a`, `${call}-b`);
    await world.clock.advance(900);
  }
  const changed = changing !== undefined;
  if (changing !== undefined) await world.until(changing);
  world.definition = changed ? next : world.definition;
  world.versionId = changed ? "2" : "1";
  world.crash("power");
  await world.start();
  await world.put("after");
  await world.flush();
  return { world, changed };
}

/** Lines of an object whose name says what its version was. */
async function linesByVersion(
  world: DeliveryWorld,
): Promise<{ version: string; bucket: string; key: string; lines: string[] }[]> {
  const found = [];
  for (const bucket of ["lake", SECOND_BUCKET]) {
    for await (const { key } of world.store.list(bucket)) {
      const chunks: Buffer[] = [];
      for await (const chunk of await world.store.get(bucket, key)) chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      const text = key.endsWith(".gz") ? gunzipSync(bytes).toString() : bytes.toString();
      const version = /(?:^|\/)s-(\d+)-/.exec(key)?.[1] ?? "";
      found.push({ version, bucket, key, lines: text.split("\n") });
    }
  }
  return found;
}

for (const change of CHANGES) {
  test(`a change of the ${change.what} at every step of a parcel: each object follows the version in its name, each record is there once`, async () => {
    let changes = 0;
    for (let step = 1; ; step += 2) {
      const { world, changed } = await liveWithChange(change, step);
      if (!changed) break;
      changes++;
      const objects = await linesByVersion(world);
      const label = `changed at ${step}`;
      const records = objects.flatMap(({ lines }) => lines.map((line) => line.split("#")[0] ?? ""));
      assert.deepEqual(records.sort(), [...world.acknowledged].sort(), label);
      for (const { version, bucket, key, lines } of objects) {
        const isNew = version === "2";
        if (change.what === "bucket") assert.equal(bucket === SECOND_BUCKET, isNew, `${label}: ${key}`);
        if (change.what === "prefix") assert.equal(key.startsWith("changed/"), isNew, `${label}: ${key}`);
        if (change.what === "compression") assert.equal(key.endsWith(".gz"), isNew, `${label}: ${key}`);
        if (change.what === "function") {
          // What was said before the change is final; it may be named by the new version.
          if (!isNew)
            assert.ok(
              lines.every((line) => line.endsWith("#old")),
              `${label}: ${key}`,
            );
          if (lines.some((line) => line.startsWith("after"))) assert.ok(lines.includes("after#new"), label);
        }
      }
      await world.stop();
    }
    assert.ok(changes > 20, `the parcel has many steps, ${changes} were hit`);
  });
}

test("a disk that is full from any write on: with room again everything is delivered by itself", async () => {
  let hit = 0;
  for (let step = 1; ; step++) {
    const world = new DeliveryWorld({
      seed: step,
      roll: { records: 3, ageMs: 1_500 },
      definition: { processors: [{ type: "old", options: {} }] },
      processors: MARKING ?? {},
    });
    await world.start();
    let writes = 0;
    world.disk.faults.before = ({ name }) => {
      if (name === "write" && ++writes === step) world.disk.capacityBytes = world.disk.usedBytes();
    };
    const sent = Promise.all(["a", "b", "c", "d"].map((name) => sendPatiently(world, name)));
    await world.clock.advance(8_000);
    if (writes < step) break;
    hit++;
    world.disk.capacityBytes = Number.POSITIVE_INFINITY;
    await world.until(sent);
    await world.clock.advance(20_000);
    await world.flush();
    const delivered = (await world.delivered()).map((line) => line.split("#")[0]);
    assert.deepEqual(delivered, [...world.acknowledged].sort(), `full at write ${step}`);
    await world.stop();
  }
  assert.ok(hit > 10, `the disk was full at ${hit} writes`);
});

/** One producer after another, as an SDK would: what is refused is sent again. */
async function sendPatiently(world: DeliveryWorld, name: string): Promise<void> {
  for (let call = 0; call < 2; call++) {
    const record = `${name}-${call}`;
    for (;;) {
      const told = await world.put(record).then(
        () => true,
        (error: { code?: string }) => {
          assert.equal(error.code, "append-failed");
          return false;
        },
      );
      if (told) break;
      await world.clock.sleep(500);
    }
    await world.clock.sleep(700);
  }
}

test("a stream that is deleted and made again in the same second on the same bucket takes no object for its own", async () => {
  const first = new DeliveryWorld({ seed: 1 });
  await first.start();
  await first.put("first");
  await first.flush();
  await first.stop();
  const second = new DeliveryWorld({ seed: 2, store: first.store, streamUid: "fedcba9876543210fedcba9876543210" });
  await second.start();
  await second.put("second");
  await second.flush();
  const objects = [...(await second.objects()).entries()];
  assert.deepEqual(objects.map(([, text]) => text).sort(), ["first", "second"]);
  const [one, other] = objects.map(([key]) => key.slice(0, -37));
  assert.equal(one, other, "only the uuid tells the two names apart");
  await second.stop();
});

test("a key that is idle for hours among a thousand parcels of others holds neither log nor staging, and loses nothing", async () => {
  const refuse: Processor = {
    type: "refuse",
    pure: false,
    process: async ({ source, outcomes }) => ({
      source,
      outcomes: outcomes.map((outcome) => {
        if (outcome.result !== "kept" || !outcome.bytes.toString().startsWith("bad")) return outcome;
        const why = { errorType: "processing-failed", code: "Test.Refused", message: "it is bad", attempts: 1 };
        return { result: "rejected" as const, index: outcome.index, ...why };
      }),
    }),
    close: async () => undefined,
  };
  const world = new DeliveryWorld({
    roll: { records: 10 },
    replayBytesMax: 40_000,
    definition: { processors: [{ type: "refuse", options: {} }] },
    processors: { refuse: () => refuse },
  });
  await world.start();
  await world.put("bad");
  let spilledMax = 0;
  for (let round = 0; round < 48; round++) {
    const records = Array.from({ length: 210 }, (_, index) => Buffer.from(`${round}-${index}`));
    await world.log.append({ records: packRecords(records) });
    await world.clock.advance(225_000);
    spilledMax = Math.max(spilledMax, world.delivery.status().spilledBytes);
  }
  assert.ok(world.delivery.hold > 9_000, `the log is held at ${world.delivery.hold}`);
  assert.ok(spilledMax < 300_000, `staging took ${spilledMax} bytes`);
  world.crash("kill");
  await world.start();
  await world.flush();
  const { counters } = world.delivery.status();
  assert.deepEqual([counters.delivered, counters.errored, counters.pending], [10_080, 1, 0]);
  const [errors, ...more] = (await world.objects("processing-failed/")).values();
  assert.equal(more.length, 0);
  assert.match(errors ?? "", /"rawData":"YmFk"/);
  await world.stop();
});
