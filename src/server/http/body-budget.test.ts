import assert from "node:assert/strict";
import { test } from "node:test";
import { PretendClock } from "../../../test/fakes/pretend-clock.ts";
import { BodyBudget } from "./body-budget.ts";

function budget() {
  const clock = new PretendClock();
  return { clock, bodies: new BodyBudget({ clock, bytesMax: 10_000_000, waitMsMax: 5_000 }) };
}

test("a body that does not come gives way to those who wait, one that comes does not", async () => {
  const { clock, bodies } = budget();
  const given: string[] = [];
  const read = async (name: string, bytes: number) => {
    await bodies.acquire(bytes);
    return bodies.arriving(bytes, () => {
      given.push(name);
      bodies.release(bytes);
    });
  };
  const quick = await read("quick", 5_000_000);
  await read("slow", 5_000_000);
  const waiting = bodies.acquire(4_000_000);
  await clock.advance(1_000);
  assert.deepEqual(given, [], "a connection may start slowly");
  quick.receivedBytes = 4_000_000;
  await clock.advance(2_000);
  assert.deepEqual(given, ["slow"]);
  await waiting;
  assert.equal(bodies.bytesUnderWay, 9_000_000);
});

test("slow bodies are left in peace while nobody waits, and small ones while a large one makes room", async () => {
  const { clock, bodies } = budget();
  const given: number[] = [];
  for (const bytes of [1_000, 9_000_000, 2_000]) {
    await bodies.acquire(bytes);
    bodies.arriving(bytes, () => {
      given.push(bytes);
      bodies.release(bytes);
    });
  }
  await clock.advance(60_000);
  assert.deepEqual(given, []);
  const waiting = bodies.acquire(5_000_000);
  await clock.advance(1_000);
  await waiting;
  assert.deepEqual(given, [9_000_000]);
});

test("a body above the cap waits until it is alone, and those behind it wait for their turn", async () => {
  const { bodies } = budget();
  await bodies.acquire(1_000);
  const admitted: string[] = [];
  const large = bodies.acquire(60_000_000).then(() => admitted.push("large"));
  const small = bodies.acquire(1_000).then(() => admitted.push("small"));
  await Promise.resolve();
  assert.deepEqual(admitted, []);
  bodies.release(1_000);
  await large;
  assert.deepEqual(admitted, ["large"]);
  bodies.release(60_000_000);
  await small;
  assert.equal(bodies.bytesUnderWay, 1_000);
});
