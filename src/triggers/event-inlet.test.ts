import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { TriggerWorld } from "../../test/fakes/trigger-world.ts";
import { packRecords } from "../model/records.ts";
import { systemClock } from "../std/clock.ts";
import type { EventInlet } from "./event-inlet.ts";

function events(from: number, to: number, key = "k") {
  const ids = Array.from({ length: to - from }, (_, index) => from + index);
  return packRecords(ids.map((id) => Buffer.from(JSON.stringify({ id, key }))));
}

function append(inlet: EventInlet, from: number, to: number, part = "shard"): Promise<void> {
  return inlet.append(events(from, to), { part, position: Buffer.from(String(to)) });
}

async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 2_000 && !holds(); turn++) await systemClock.sleep(1);
  assert.ok(holds(), holds.toString());
}

const placeOf = (inlet: EventInlet, part = "shard") => Buffer.from(inlet.position(part) ?? "").toString();

test("events go in batches of at most so many, in their order, and their place is stored behind them", async () => {
  const world = new TriggerWorld({ eventsMax: 4 });
  const inlet = await world.open();
  await append(inlet, 0, 6);
  await append(inlet, 6, 7);
  await until(() => placeOf(inlet) === "7");
  assert.deepEqual(world.batches, [
    [0, 1, 2, 3],
    [4, 5, 6],
  ]);
  world.kill();
});

test("the first event of a batch waits for others as long as the window, and no longer than a full batch takes", async () => {
  const world = new TriggerWorld({ eventsMax: 3, windowMs: 5_000 });
  const inlet = await world.open();
  await append(inlet, 0, 2);
  await systemClock.sleep(20);
  assert.equal(world.payloads.length, 0);
  await world.clock.advance(5_000);
  await until(() => world.payloads.length === 1);
  await append(inlet, 2, 5);
  await until(() => world.payloads.length === 2);
  assert.deepEqual(world.batches, [
    [0, 1],
    [2, 3, 4],
  ]);
  world.kill();
});

test("a batch that fails is tried again until it is taken, and those behind it wait", async () => {
  const world = new TriggerWorld({ eventsMax: 2 });
  world.script = (_, call) => {
    if (call < 3) throw new Error("not now");
    return undefined;
  };
  const inlet = await world.open();
  await append(inlet, 0, 4);
  await until(() => world.payloads.length === 1);
  assert.equal(placeOf(inlet), "");
  for (let retry = 0; retry < 3; retry++) {
    await world.clock.advance(1_000);
    await systemClock.sleep(5);
  }
  await until(() => placeOf(inlet) === "4");
  assert.deepEqual(world.batches, [
    [0, 1],
    [0, 1],
    [0, 1],
    [2, 3],
  ]);
  world.kill();
});

test("a batch is given up after its attempts, with the reason, and the rest goes on", async () => {
  const world = new TriggerWorld({ eventsMax: 2, settings: { retryAttempts: 1 } });
  world.script = ({ Records }) => {
    if (JSON.stringify(Records).includes('"id":0')) throw new Error("poison");
    return undefined;
  };
  const inlet = await world.open();
  await append(inlet, 0, 4);
  await until(() => world.payloads.length === 1);
  await world.clock.advance(1_000);
  await until(() => placeOf(inlet) === "4");
  const [given] = world.givenUp;
  assert.deepEqual(
    [given?.condition, given?.attempts, given?.reason, given?.events.length],
    ["RetryAttemptsExhausted", 2, "poison", 2],
  );
  world.kill();
});

test("a batch that fails is split until the bad event is alone", async () => {
  const world = new TriggerWorld({ eventsMax: 8, settings: { retryAttempts: 0, bisect: true } });
  world.script = ({ Records }) => {
    if (JSON.stringify(Records).includes('"id":5')) throw new Error("poison");
    return undefined;
  };
  const inlet = await world.open();
  await append(inlet, 0, 8);
  await until(() => placeOf(inlet) === "8");
  assert.deepEqual(
    world.givenUp.flatMap(({ events: given }) => given.map(String)),
    ['{"id":5,"key":"k"}'],
  );
  world.kill();
});

test("a function that names the event that failed gets it again with those behind it", async () => {
  const world = new TriggerWorld({ eventsMax: 5, settings: { reportItemFailures: true } });
  world.script = (_, call) =>
    call === 1 ? { batchItemFailures: [{ itemIdentifier: "3" }] } : { batchItemFailures: [] };
  const inlet = await world.open();
  await append(inlet, 0, 5);
  await until(() => world.payloads.length === 1);
  await world.clock.advance(1_000);
  await until(() => placeOf(inlet) === "5");
  assert.deepEqual(world.batches, [
    [0, 1, 2, 3, 4],
    [3, 4],
  ]);
  world.kill();
});

test("an answer that names an event that was not in the batch fails all of it", async () => {
  const world = new TriggerWorld({ eventsMax: 5, settings: { reportItemFailures: true } });
  world.script = (_, call) => (call === 1 ? { batchItemFailures: [{ itemIdentifier: "77" }] } : undefined);
  const inlet = await world.open();
  await append(inlet, 0, 2);
  await until(() => world.payloads.length === 1);
  await world.clock.advance(1_000);
  await until(() => placeOf(inlet) === "2");
  assert.deepEqual(world.batches, [
    [0, 1],
    [0, 1],
  ]);
  world.kill();
});

test("messages of a queue that were not taken come back to it, and nothing is tried again here", async () => {
  const world = new TriggerWorld({ settings: { ordered: false, reportItemFailures: true } });
  world.script = () => ({ batchItemFailures: [{ itemIdentifier: "1" }] });
  const inlet = await world.open();
  const messages = [0, 1, 2].map((id) => ({ bytes: Buffer.from(JSON.stringify({ id })) }));
  assert.deepEqual([...(await inlet.appendMessages(messages))], [messages[1]]);
  world.script = () => {
    throw new Error("down");
  };
  assert.equal((await inlet.appendMessages(messages)).size, 3);
  assert.equal(world.payloads.length, 2);
  world.kill();
});

test("a function that names an event twice ends it once", async () => {
  const world = new TriggerWorld({ eventsMax: 2, settings: { ordered: false, reportItemFailures: true } });
  world.script = (_, call) => {
    if (call === 1) return { batchItemFailures: [{ itemIdentifier: "0" }, { itemIdentifier: "0" }] };
    throw new Error("down");
  };
  const inlet = await world.open();
  const messages = [0, 1, 2].map((id) => ({ bytes: Buffer.from(JSON.stringify({ id })) }));
  assert.deepEqual([...(await inlet.appendMessages(messages))], [messages[0], messages[2]]);
  world.kill();
});

test("a place that could not be stored at once does not come back over a newer one", async () => {
  const world = new TriggerWorld({ eventsMax: 1 });
  const inlet = await world.open();
  world.disk.failNext("datasync", "EIO");
  await append(inlet, 0, 1);
  await until(() => world.payloads.length === 1);
  await systemClock.sleep(5);
  await append(inlet, 1, 2);
  for (let turn = 0; turn < 5; turn++) {
    await systemClock.sleep(2);
    await world.clock.advance(1_000);
  }
  assert.equal(placeOf(inlet), "2");
  world.kill();
});

test("a place without events is durable when the append resolves", async () => {
  const world = new TriggerWorld();
  const inlet = await world.open();
  await append(inlet, 7, 7);
  assert.equal(placeOf(inlet), "7");
  world.kill();
});

test("events that were taken while the trigger is stopped are not sent again", async () => {
  const world = new TriggerWorld();
  const answered = Promise.withResolvers<undefined>();
  world.script = () => answered.promise;
  const inlet = await world.open();
  await append(inlet, 0, 3);
  await until(() => world.payloads.length === 1);
  const stopped = world.stop();
  answered.resolve(undefined);
  await stopped;
  await until(() => placeOf(inlet) === "3");
});

test("whoever appends waits while the bytes of two batches are waiting", async () => {
  const world = new TriggerWorld({ eventsMax: 1_000, bytesMax: 100 });
  const gate = Promise.withResolvers<undefined>();
  world.script = () => gate.promise;
  const inlet = await world.open();
  let appended = false;
  const first = append(inlet, 0, 50).then(() => {
    appended = true;
  });
  await systemClock.sleep(20);
  assert.equal(appended, false);
  gate.resolve(undefined);
  await first;
  world.kill();
});

test("whoever appends waits while two batches are waiting", async () => {
  const world = new TriggerWorld({ eventsMax: 2 });
  const gate = Promise.withResolvers<undefined>();
  world.script = () => gate.promise;
  const inlet = await world.open();
  await append(inlet, 0, 4);
  let appended = false;
  const third = append(inlet, 4, 6).then(() => {
    appended = true;
  });
  await systemClock.sleep(20);
  assert.equal(appended, false);
  gate.resolve(undefined);
  await third;
  world.kill();
});

test("whatever fails and whenever it is killed, every event is taken, each key in its order", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.constantFrom("a", "b", "c")), {
        minLength: 1,
        maxLength: 12,
      }),
      fc.array(fc.boolean(), { maxLength: 10 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 0, max: 8 }),
      async (calls, failures, lanes, killAfter) => {
        const world = new TriggerWorld({ eventsMax: 3, lanes, shape: { keyOf: ({ key }) => String(key) } });
        const taken: { id: number; key: string }[] = [];
        let seen = 0;
        world.script = ({ Records }) => {
          if (failures[seen++] === true) throw new Error("not now");
          taken.push(...(Records as unknown as { id: number; key: string }[]));
          return undefined;
        };
        const ids = calls.map(([count, key], index) => {
          const from = calls.slice(0, index).reduce((sum, [before]) => sum + before, 0);
          return { from, to: from + count, key };
        });
        const end = ids.at(-1)?.to ?? 0;
        const run = async (inlet: EventInlet) => {
          const stored = Number(placeOf(inlet));
          for (const { from, to, key } of ids.filter((one) => one.to > stored)) {
            const place = { part: "shard", position: Buffer.from(String(to)) };
            void inlet.append(events(from, to, key), place).catch(() => undefined);
          }
        };
        const advance = async (enough: () => boolean) => {
          for (let turn = 0; turn < 400 && !enough(); turn++) {
            await world.clock.advance(10_000);
            await new Promise(setImmediate);
          }
        };
        const first = await world.open();
        await run(first);
        await advance(() => seen >= killAfter);
        world.kill();
        const second = await world.open();
        await run(second);
        await advance(() => placeOf(second) === String(end));
        assert.equal(placeOf(second), String(end));
        assert.deepEqual(
          [...new Set(taken.map(({ id }) => id))].sort((a, b) => a - b),
          [...Array(end).keys()],
        );
        for (const key of ["a", "b", "c"]) {
          const firsts = [...new Set(taken.filter((event) => event.key === key).map(({ id }) => id))];
          assert.deepEqual(
            firsts,
            [...firsts].sort((a, b) => a - b),
            `key ${key}`,
          );
        }
        world.kill();
      },
    ),
    { numRuns: 60 },
  );
});
