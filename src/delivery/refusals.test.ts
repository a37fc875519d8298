import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DeliveryWorld, type DeliveryWorldOptions } from "../../test/fakes/delivery-world.ts";
import { ScriptedTarget } from "../../test/fakes/scripted-target.ts";
import type { DeliveryDefinition } from "../model/delivery-definition.ts";
import type { JsonObject } from "../std/json.ts";

const RECORDS: Partial<DeliveryDefinition> = {
  format: { type: "identified-records", options: {} },
  naming: { timeZone: "UTC", prefix: "data/", errorPrefix: "err/!{firehose:error-output-type}/" },
  target: { type: "scripted", options: { endpoint: "one", index: "i" } },
  errorTarget: { type: "object-store", options: { bucket: "lake" } },
  errorType: "http-endpoint-failed",
  retry: { forMs: 60_000 },
};

function worldOf(target: ScriptedTarget, more: Partial<DeliveryDefinition> = {}, options: DeliveryWorldOptions = {}) {
  return new DeliveryWorld({ target, definition: { ...RECORDS, ...more }, ...options });
}

/** Error records by what they hold. */
async function errors(world: DeliveryWorld): Promise<Map<string, JsonObject>> {
  const lines = [...(await world.objects("err/")).values()].flatMap((text) => text.split("\n").filter(Boolean));
  const parsed = lines.map((line) => JSON.parse(line) as JsonObject & { rawData: string });
  assert.equal(new Set(parsed.map(({ rawData }) => rawData)).size, parsed.length, "no error record twice");
  return new Map(parsed.map((one) => [Buffer.from(one.rawData, "base64").toString(), one]));
}

function refusing(text: string) {
  return text.includes("bad") ? "refused" : "taken";
}

describe("targets that take records one by one", () => {
  it("get each record with its identity", async () => {
    const target = new ScriptedTarget();
    const world = worldOf(target);
    await world.start();
    await world.put("a", "b");
    await world.put("c");
    await world.flush();
    const uid = "0123456789abcdef0123456789abcdef";
    assert.deepEqual(
      [...target.records],
      [
        [`${uid}/0/0`, "a"],
        [`${uid}/1/0`, "b"],
        [`${uid}/2/0`, "c"],
      ],
    );
    assert.deepEqual(world.delivery.status().counters, { read: 3, delivered: 3, errored: 0, dropped: 0, pending: 0 });
    assert.deepEqual([...(await world.objects()).keys()], []);
    await world.stop();
  });

  it("may refuse some: they land in the error output with what the target said", async () => {
    const target = new ScriptedTarget();
    target.answer = refusing;
    const world = worldOf(target);
    await world.start();
    await world.put("a", "bad 1", "b", "bad 2");
    await world.flush();
    assert.deepEqual([...target.records.values()], ["a", "b"]);
    const found = await errors(world);
    assert.deepEqual([...found.keys()], ["bad 1", "bad 2"]);
    const { errorCode, errorMessage, attemptsMade, targetId, lakehose } = found.get("bad 2") ?? {};
    assert.deepEqual(
      { errorCode, errorMessage, attemptsMade },
      { errorCode: "400", errorMessage: "bad 2 is not what I take", attemptsMade: 1 },
    );
    assert.equal(targetId, "0123456789abcdef0123456789abcdef/3/0");
    assert.deepEqual(lakehose, {
      streamUid: "0123456789abcdef0123456789abcdef",
      deliveryId: "destinationId-000000000001",
      offset: 3,
      stage: "delivery",
      errorType: "http-endpoint-failed",
    });
    assert.deepEqual(world.delivery.status().counters, { read: 4, delivered: 2, errored: 2, dropped: 0, pending: 0 });
    const rejected = world.events.filter(({ name }) => name === "delivery.recordsRejected");
    assert.deepEqual(
      rejected.map(({ fields }) => [fields.errorType, fields.code, fields.records]),
      [["http-endpoint-failed", "400", 2]],
    );
    await world.stop();
  });

  it("are asked again for those alone that they have not settled", async () => {
    const target = new ScriptedTarget();
    target.answer = (text, request) => (text === "slow" && request < 4 ? "later" : refusing(text));
    const world = worldOf(target);
    await world.start();
    await world.put("a", "slow", "bad");
    await world.flush();
    assert.deepEqual([...target.requests.values()], [1, 4, 1]);
    assert.deepEqual([...target.records.values()], ["a", "slow"]);
    assert.deepEqual([...(await errors(world)).keys()], ["bad"]);
    await world.stop();
  });

  it("are given up after the time for retries; what may have arrived is in doubt", async () => {
    const target = new ScriptedTarget();
    target.answer = (text) => (text === "lost" ? "lost" : text === "never" ? "later" : "taken");
    const world = worldOf(target);
    await world.start();
    await world.put("a", "never", "lost");
    await world.flush();
    const found = await errors(world);
    assert.deepEqual([...found.keys()], ["never", "lost"]);
    const { errorCode, attemptsMade, targetId, lakehose } = found.get("lost") ?? {};
    assert.equal(errorCode, "Target.Busy");
    assert.equal(targetId, "0123456789abcdef0123456789abcdef/2/0");
    // 1, 2, 3… seconds between attempts, for a minute, and a last one at its end.
    assert.equal(attemptsMade, 12);
    assert.equal((lakehose as JsonObject).inDoubt, true);
    assert.deepEqual(world.delivery.status().counters, { read: 3, delivered: 1, errored: 2, dropped: 0, pending: 0 });
    await world.stop();
  });

  it("may wait in ways that do not count against the time for retries", async () => {
    const target = new ScriptedTarget();
    target.answer = () => "later";
    target.uncountedMs = (attempt) => (attempt <= 2 ? 10_000 : 0);
    const world = worldOf(target);
    await world.start();
    await world.put("never");
    await world.flush();
    // Ten seconds more than a minute: the time before the first failure never counts.
    assert.equal((await errors(world)).get("never")?.attemptsMade, 13);
    await world.stop();
  });

  it("are tried once where there is no time for retries, and for ever where it has no end", async () => {
    const target = new ScriptedTarget();
    target.answer = (_, request) => (request < 200 ? "later" : "taken");
    const once = worldOf(target, { retry: { forMs: 0 } });
    await once.start();
    await once.put("a");
    await once.flush();
    assert.deepEqual([...(await errors(once)).keys()], ["a"]);
    await once.stop();
    const { retry: _, ...endless } = RECORDS;
    const patient = new DeliveryWorld({ target, definition: endless });
    await patient.start();
    await patient.put("a");
    await patient.until(patient.delivery.flush(new AbortController().signal), 60_000);
    assert.deepEqual([...target.records.values()], ["a"]);
    await patient.stop();
  });

  it("are given up once a newer definition says how long they are tried for", async () => {
    const target = new ScriptedTarget();
    target.answer = () => "later";
    const { retry: _, ...endless } = RECORDS;
    const world = new DeliveryWorld({ target, definition: endless });
    await world.start();
    await world.put("a");
    const flushed = world.delivery.flush(new AbortController().signal);
    await world.clock.advance(600_000);
    assert.equal(world.delivery.status().counters.pending, 1);
    world.definition = { ...world.definition, retry: { forMs: 60_000 } };
    await world.until(world.delivery.apply(world.definition, "2"));
    await world.until(flushed, 60_000);
    assert.deepEqual([...(await errors(world)).keys()], ["a"]);
    await world.stop();
  });

  it("may have a form of their own for what is given up", async () => {
    const target = new ScriptedTarget();
    target.takesGivenUp = [];
    target.answer = () => "later";
    const world = worldOf(target, { retry: { forMs: 0 } });
    await world.start();
    await world.put("a", "b");
    await world.flush();
    assert.equal(target.takesGivenUp.length, 1);
    assert.deepEqual(await errors(world), new Map());
    assert.deepEqual(world.delivery.status().counters, { read: 2, delivered: 0, errored: 2, dropped: 0, pending: 0 });
    await world.stop();
  });

  it("get one parcel at a time where they want order", async () => {
    for (const inOrder of [true, false]) {
      const target = new ScriptedTarget();
      target.inOrder = inOrder;
      const world = worldOf(target, { roll: { records: 1 } });
      await world.start();
      await world.put(...Array.from({ length: 40 }, (_, index) => `record ${index}`));
      await world.flush();
      assert.equal(target.mostAtOnce > 1, !inOrder);
      if (inOrder) assert.deepEqual([...target.records.values()], world.acknowledged);
      await world.stop();
    }
  });

  it("are reached as the newest definition says, and written to as the parcel's own", async () => {
    const target = new ScriptedTarget();
    target.answer = () => "later";
    const world = worldOf(target);
    await world.start();
    await world.put("a");
    const flushed = world.delivery.flush(new AbortController().signal);
    await world.clock.advance(5_000);
    world.definition = { ...world.definition, target: { type: "scripted", options: { endpoint: "two", index: "j" } } };
    await world.until(world.delivery.apply(world.definition, "2"));
    target.answer = () => "taken";
    await world.until(flushed);
    assert.deepEqual(target.reachedWith[0], { endpoint: "one", index: "i" });
    assert.deepEqual(target.reachedWith.at(-1), { endpoint: "two", index: "i" });
    await world.stop();
  });

  it("hold the delivery where the error output is not to be reached either", async () => {
    const target = new ScriptedTarget();
    target.answer = refusing;
    const world = worldOf(target);
    let broken = true;
    await world.start();
    const put = world.store.put.bind(world.store);
    world.store.put = (request) => (broken ? Promise.reject(new Error("no such store")) : put(request));
    await world.put("a", "bad");
    const flushed = world.delivery.flush(new AbortController().signal);
    await world.clock.advance(600_000);
    assert.equal(world.delivery.status().counters.pending, 1);
    assert.equal(world.delivery.hold, 0);
    broken = false;
    await world.until(flushed);
    assert.deepEqual([...(await errors(world)).keys()], ["bad"]);
    await world.stop();
  });

  it("go on after a sync of the error records failed, or a read of the parcel: nothing is lost or doubled", async () => {
    for (const [operation, times] of [
      ["datasync", 1],
      ["read", 1],
    ] as const) {
      const target = new ScriptedTarget();
      target.answer = refusing;
      const world = worldOf(target);
      await world.start();
      await world.put("a", "bad");
      // Once the target has spoken: from here on the parcel is read, and error records are written.
      const answer = target.answer;
      target.answer = (text, request) => {
        if (text === "bad") world.disk.faults.failNext(operation, "EIO", { pathPart: "/parcels/", times });
        return answer(text, request);
      };
      await world.flush();
      assert.deepEqual([...(await errors(world)).keys()], ["bad"], operation);
      assert.equal(world.delivery.status().state, "running", operation);
      assert.deepEqual(world.delivery.status().counters, { read: 2, delivered: 1, errored: 1, dropped: 0, pending: 0 });
      await world.stop();
    }
  });
});
