import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { BUCKET, SourceWorld, STREAM_UID } from "../../../test/fakes/source-world.ts";
import type { DeliveryDefinition } from "../../model/delivery-definition.ts";
import type { ErrorOutput } from "../../model/error-output.ts";
import { type RejectedRecord, serializeErrorRecord } from "../../model/error-record.ts";
import { LakehoseError } from "../../model/errors.ts";
import { MemoryStore } from "../../storage/memory/memory-store.ts";
import type { ObjectStore } from "../../storage/object-store.ts";
import type { RedriveRequest, RedriveStatus, SourceIntake } from "../source.ts";
import { ErrorRedriver } from "./error-redriver.ts";

const DELIVERY = "destinationId-000000000001";
const KEY = "processing-failed/2026/01/01/00/orders-1-2026-01-01-00-00-00-0f9d1c52-3a77-8c11-9e04-5b7a3c0d2e61";
const FRESH: RedriveRequest = { again: false };

const DEFINITION: DeliveryDefinition = {
  id: DELIVERY,
  kind: "primary",
  processors: [],
  format: { type: "raw", options: {} },
  compression: { type: "none" },
  naming: { timeZone: "UTC" },
  target: { type: "object-store", options: { bucket: BUCKET } },
  roll: {},
};

function errorLine(text: string, parts: Partial<RejectedRecord> = {}): Buffer {
  return serializeErrorRecord({
    bytes: Buffer.from(text),
    code: "Lambda.FunctionError",
    message: "refused",
    attempts: 4,
    arrivalMs: 1_700_000_000_000,
    attemptEndingMs: 1_700_000_001_000,
    streamUid: STREAM_UID,
    deliveryId: DELIVERY,
    offset: 7,
    stage: "processors",
    ...parts,
  });
}

function redriverIn(
  world: SourceWorld,
  intake: SourceIntake,
  formerOutputs: readonly ErrorOutput[] = [],
  store: ObjectStore = world.store,
): ErrorRedriver {
  return new ErrorRedriver({
    streamName: "orders",
    streamUid: STREAM_UID,
    deliveryId: DELIVERY,
    definition: () => DEFINITION,
    formerOutputs: () => formerOutputs,
    intake,
    disk: world.disk.process(),
    clock: world.clock,
    random: world.random,
    journalPath: "/data/meta/redrives/uid/delivery.jsonl",
    storeFor: () => store,
  });
}

async function opened(world: SourceWorld, formerOutputs?: readonly ErrorOutput[]): Promise<ErrorRedriver> {
  const redriver = redriverIn(world, await world.open(), formerOutputs);
  await redriver.open();
  return redriver;
}

async function finish(world: SourceWorld, redriver: ErrorRedriver): Promise<RedriveStatus> {
  await world.until(() => redriver.jobs().at(-1)?.state !== "running");
  const status = redriver.jobs().at(-1);
  assert.ok(status);
  return status;
}

async function redrive(world: SourceWorld, redriver: ErrorRedriver, request = FRESH): Promise<RedriveStatus> {
  await redriver.start(request);
  return finish(world, redriver);
}

test("ErrorRedriver appends for its delivery alone, with the first identity of each record", async () => {
  const world = new SourceWorld();
  const redriver = await opened(world);
  const lines = [errorLine("a"), errorLine("b", { offset: 9 }), errorLine("c", { offset: 11, stage: "delivery" })];
  await world.put(`${KEY}.gz`, gzipSync(Buffer.concat(lines)));
  const status = await redrive(world, redriver);
  assert.deepEqual(status.records, { redriven: 3, refused: 0, otherDelivery: 0, inDoubt: 0 });
  assert.deepEqual(status.objects, { found: 1, done: 1, skipped: 0, failed: 0 });
  assert.deepEqual(await world.texts(), ["a", "b", "c"]);
  const [first, second] = await world.batches();
  assert.equal(first?.onlyDelivery, DELIVERY);
  const arrivalMs = 1_700_000_000_000;
  const identity = { streamUid: STREAM_UID, stage: "processors" };
  assert.deepEqual(first?.origin, { ...identity, offsets: [7, 9], arrivalsMs: [arrivalMs, arrivalMs] });
  assert.deepEqual(second?.origin, { ...identity, stage: "delivery", offsets: [11], arrivalsMs: [arrivalMs] });
});

test("ErrorRedriver.sample() looks at its own error output, which may be in a bucket that is still to be made", async () => {
  const world = new SourceWorld();
  const redriver = await opened(world);
  await world.put(KEY, errorLine("a"));
  await world.put("other/prefix", errorLine("b"));
  const sample = await redriver.sample({ records: 10, recordBytes: 10 });
  assert.deepEqual(
    sample.records.map(({ key, bytes }) => [key, String(bytes)]),
    [[KEY, "a"]],
  );
  const empty = new SourceWorld();
  const nowhere = new MemoryStore({ clock: empty.clock });
  const fresh = redriverIn(empty, await empty.open(), [], nowhere);
  assert.deepEqual((await fresh.sample({ records: 10, recordBytes: 10 })).objects, 0);
});

test("ErrorRedriver takes AWS's forms, and leaves out what belongs to others, with the reason", async () => {
  const world = new SourceWorld();
  const redriver = await opened(world);
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const theirs = `{"attemptsMade":"1","arrivalTimestamp":"1700000000001","lastErrorCode":"X","rawData":"${base64("aws")}","subSequenceNumber":null}`;
  const lines = [
    errorLine("mine", { inDoubt: true }),
    errorLine("other delivery", { deliveryId: `${DELIVERY}-backup` }),
    errorLine("other stream", { streamUid: "ff".repeat(16) }),
    Buffer.from(`not json\n${theirs}`),
  ];
  await world.put(KEY, Buffer.concat(lines));
  const status = await redrive(world, redriver);
  assert.deepEqual(status.records, { redriven: 2, refused: 2, otherDelivery: 1, inDoubt: 1 });
  assert.equal(status.problems.length, 2);
  assert.match(status.problems[0]?.reason ?? "", /another stream \(uid ffff/);
  assert.deepEqual(await world.texts(), ["mine", "aws"]);
  const last = (await world.batches()).at(-1);
  assert.deepEqual(last?.origin?.offsets, [undefined]);
  assert.deepEqual([last?.origin?.stage, last?.origin?.arrivalsMs], ["delivery", [1_700_000_000_001]]);
});

test("ErrorRedriver reads a finished object a second time only when told to", async () => {
  const world = new SourceWorld();
  const redriver = await opened(world);
  await world.put(KEY, errorLine("a"));
  await redrive(world, redriver);
  const second = await redrive(world, redriver);
  assert.deepEqual([second.objects.skipped, second.records.redriven], [1, 0]);
  assert.deepEqual(await world.texts(), ["a"]);
  await redrive(world, redriver, { again: true });
  assert.deepEqual(await world.texts(), ["a", "a"]);
});

test("ErrorRedriver looks at the named prefix or keys alone", async () => {
  const world = new SourceWorld();
  const redriver = await opened(world);
  await world.put("elsewhere/a", errorLine("a"));
  await world.put("elsewhere/b", errorLine("b"));
  await world.put("processing-failed/other-1-x", errorLine("not this stream's name"));
  assert.equal((await redrive(world, redriver)).objects.found, 0);
  await redrive(world, redriver, { again: false, keys: ["elsewhere/b"] });
  await redrive(world, redriver, { again: false, prefix: "elsewhere/" });
  assert.deepEqual(await world.texts(), ["b", "a"]);
  const missing = await redrive(world, redriver, { again: false, keys: ["gone"] });
  assert.deepEqual([missing.state, missing.failure], ["failed", `There is no object gone in ${BUCKET}`]);
});

test("ErrorRedriver looks where the error output lay before, each object once", async () => {
  const world = new SourceWorld();
  const redriver = await opened(world, [
    { bucket: BUCKET, errorPrefix: "old/!{firehose:error-output-type}/" },
    { bucket: BUCKET, errorPrefix: "old/!{timestamp:yyyy}/!{firehose:error-output-type}/" },
    { bucket: "older", errorPrefix: "" },
    { bucket: "gone", errorPrefix: "" },
  ]);
  await world.store.ensureBucket("older");
  await world.put(KEY, errorLine("now"));
  await world.put(`old/${KEY}`, errorLine("before"));
  await world.put(KEY, errorLine("long before"), "older");
  const status = await redrive(world, redriver);
  assert.deepEqual((await world.texts()).sort(), ["before", "long before", "now"]);
  assert.deepEqual([status.state, status.objects.found], ["done", 3]);
  assert.deepEqual(
    status.problems.map(({ key }) => key),
    ["gone/"],
  );
  assert.equal((await redrive(world, redriver)).objects.skipped, 3);
});

test("ErrorRedriver looks for every prefix in the bucket that is named", async () => {
  const world = new SourceWorld();
  const redriver = await opened(world, [{ bucket: "gone", errorPrefix: "old/!{firehose:error-output-type}/" }]);
  await world.store.ensureBucket("copy");
  await world.put(`old/${KEY}`, errorLine("before"), "copy");
  await world.put(KEY, errorLine("not here"));
  await redrive(world, redriver, { again: false, bucket: "copy" });
  assert.deepEqual(await world.texts(), ["before"]);
});

test("ErrorRedriver waits while the stream has no room, and packs records into few appends", async () => {
  const world = new SourceWorld();
  const redriver = await opened(world);
  await world.put(KEY, Buffer.concat(Array.from({ length: 2_500 }, (_, index) => errorLine(`record ${index}`))));
  const slowDown = () => new LakehoseError("slow-down", "Slow down.", { retriable: true });
  world.refusals.push(slowDown(), slowDown(), slowDown());
  const status = await redrive(world, redriver);
  assert.equal(status.records.redriven, 2_500);
  assert.equal(world.appends, 3);
});

test("ErrorRedriver keeps what precedes damage, goes on with other objects, and later behind the damage", async () => {
  const world = new SourceWorld();
  const redriver = await opened(world);
  const lines = Array.from({ length: 3_000 }, (_, index) => errorLine(`${index}`, { message: `m${index * 7919}` }));
  const whole = gzipSync(Buffer.concat(lines));
  await world.put(KEY, whole.subarray(0, whole.length - 2_000));
  await world.put(`${KEY}-next`, errorLine("next"));
  const status = await redrive(world, redriver);
  assert.deepEqual([status.state, status.objects.failed, status.objects.done], ["done", 1, 1]);
  const before = await world.texts();
  assert.equal(new Set(before).size, before.length);
  assert.ok(before.includes("0") && before.includes("next") && !before.includes("2999"));
  await redrive(world, redriver);
  assert.deepEqual(await world.texts(), before);
});

test("ErrorRedriver refuses a second job while one is under way", async () => {
  const world = new SourceWorld();
  const redriver = await opened(world);
  await redriver.start(FRESH);
  await assert.rejects(redriver.start(FRESH), { code: "redrive-under-way" });
  await finish(world, redriver);
});

test("cancel() ends a job for good where it stands, and a later one goes on there", async () => {
  const world = new SourceWorld();
  const redriver = await opened(world);
  await world.put(KEY, Buffer.concat(Array.from({ length: 2_500 }, (_, index) => errorLine(`record ${index}`))));
  await world.put(`${KEY}-next`, errorLine("next"));
  const slowDown = () => new LakehoseError("slow-down", "Slow down.", { retriable: true });
  world.whenAppended = () => void world.refusals.push(...Array.from({ length: 1_000 }, slowDown));
  const { id } = await redriver.start(FRESH);
  await world.until(() => world.appends > 0 && world.refusals.length < 999);
  const status = await redriver.cancel(id);
  assert.equal(status.state, "cancelled");
  assert.deepEqual(redriver.jobs().at(-1), status);
  assert.deepEqual(status.records, { redriven: 1_000, refused: 0, otherDelivery: 0, inDoubt: 0 });
  assert.equal((await world.texts()).length, 1_000);
  world.refusals.length = 0;
  world.whenAppended = () => undefined;
  // A restart between the two finds the job ended.
  await redriver.stop();
  const again = redriverIn(world, await world.open());
  await again.open();
  assert.equal(again.jobs().at(-1)?.state, "cancelled");
  const { records } = await redrive(world, again);
  assert.equal(records.redriven, 1_501);
  const texts = await world.texts();
  assert.deepEqual([texts.length, new Set(texts).size], [2_501, 2_501]);
});

test("cancel() leaves a job that has ended as it is, and knows no others", async () => {
  const world = new SourceWorld();
  const redriver = await opened(world);
  const done = await redrive(world, redriver);
  assert.deepEqual(await redriver.cancel(done.id), done);
  await assert.rejects(redriver.cancel(7), { code: "no-such-redrive" });
});

test("cancel() at any step leaves a journal that the next job goes on from, with nothing twice", async () => {
  const seen = new Set<string>();
  for (let steps = 0; steps < 60; steps++) {
    const world = new SourceWorld(steps + 1);
    const redriver = await opened(world);
    const expected: string[] = [];
    for (const object of ["a", "b"]) {
      const texts = Array.from({ length: 4 }, (_, index) => `${object}${index}`);
      expected.push(...texts);
      const stage = (index: number) => (index % 2 === 0 ? ("processors" as const) : ("delivery" as const));
      const lines = texts.map((text, index) => errorLine(text, { stage: stage(index) }));
      await world.put(`${KEY}${object}`, Buffer.concat(lines));
    }
    const { id } = await redriver.start(FRESH);
    for (let step = 0; step < steps; step++) await new Promise(setImmediate);
    const { state, records } = await redriver.cancel(id);
    seen.add(state);
    assert.equal(records.redriven, (await world.texts()).length, `${steps} steps`);
    await redrive(world, redriver);
    assert.deepEqual(await world.texts(), expected, `${steps} steps`);
  }
  assert.ok(seen.has("cancelled"), [...seen].join());
});

test("ErrorRedriver goes on after a crash at any step, and each record is in the log once", async () => {
  const crashes = { resumed: 0, beforeJob: 0 };
  for (const how of ["power", "kill"] as const) {
    for (let crashAt = 1; crashAt < 90; crashAt += 2) {
      const world = new SourceWorld(crashAt);
      const expected: string[] = [];
      for (const object of ["a", "b", "c"]) {
        const texts = Array.from({ length: 5 }, (_, index) => `${object}${index}`);
        expected.push(...texts);
        // Alternating stages make several appends of each object.
        const lines = texts.map((text, index) =>
          errorLine(text, { stage: index % 2 === 0 ? "processors" : "delivery" }),
        );
        await world.store.ensureBucket(BUCKET);
        await world.put(`${KEY}${object}`, Buffer.concat(lines));
      }
      world.disk.crashAt(world.disk.faults.count + crashAt, how);
      const live = async () => {
        const redriver = await opened(world);
        await redrive(world, redriver);
      };
      await live().catch(() => undefined);
      world.disk.heal();
      world.disk.processKill();
      const redriver = await opened(world);
      if (redriver.jobs().length === 0) {
        crashes.beforeJob++;
        await redriver.start(FRESH);
      } else crashes.resumed++;
      const status = await finish(world, redriver);
      assert.equal(status.state, "done", `crash ${crashAt} ${how}: ${status.failure}`);
      assert.equal(status.records.redriven, 15, `crash ${crashAt} ${how}`);
      assert.deepEqual(await world.texts(), expected, `crash ${crashAt} ${how}`);
    }
  }
  assert.ok(crashes.resumed > 20 && crashes.beforeJob > 5, JSON.stringify(crashes));
});
