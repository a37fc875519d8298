import assert from "node:assert/strict";
import { test } from "node:test";
import { QuerySlots } from "./query-slots.ts";

const never = new AbortController().signal;

test("QuerySlots.run() lets the others wait in order, and tells the one too many", async () => {
  const slots = new QuerySlots({ running: 1, waiting: 1 });
  const first = Promise.withResolvers<void>();
  const order: string[] = [];
  const running = slots.run(never, () => first.promise);
  const waiting = slots.run(never, async () => order.push("second"));
  await assert.rejects(
    slots.run(never, async () => order.push("third")),
    /1 queries run and 1 wait/,
  );
  assert.deepEqual(order, []);
  first.resolve();
  await Promise.all([running, waiting]);
  assert.deepEqual(order, ["second"]);
});

test("QuerySlots.run() lets go of one who waits and gives up", async () => {
  const slots = new QuerySlots({ running: 1, waiting: 1 });
  const first = Promise.withResolvers<void>();
  const running = slots.run(never, () => first.promise);
  const giving = new AbortController();
  const waiting = slots.run(giving.signal, async () => assert.fail("it ran"));
  giving.abort(new Error("given up"));
  await assert.rejects(waiting, /given up/);
  first.resolve();
  await running;
  assert.equal(await slots.run(never, async () => "free again"), "free again");
});
