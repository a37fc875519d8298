import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { PretendClock } from "../../../test/fakes/pretend-clock.ts";
import { closeInstance, createInstance, type FreshInstance, SpareInstance } from "./spare-instance.ts";

const LIMITS = { memoryMib: 64, threads: 1, spillDirectory: tmpdir(), spillMib: 64 };

function fixture() {
  const clock = new PretendClock();
  const made: Promise<FreshInstance>[] = [];
  let failure: Error | undefined;
  const make = () => {
    const next = failure === undefined ? createInstance(LIMITS) : Promise.reject(failure);
    made.push(next);
    return next;
  };
  const spare = new SpareInstance(make, clock);
  return { clock, made, spare, fail: (error: Error | undefined) => (failure = error) };
}

async function works({ connection }: FreshInstance): Promise<boolean> {
  return connection.run("SELECT 1").then(
    () => true,
    () => false,
  );
}

test("SpareInstance.take() gives what prepare() made, once, and makes one where none is ready", async () => {
  const { made, spare } = fixture();
  spare.prepare();
  spare.prepare();
  assert.equal(made.length, 1);
  const first = await spare.take();
  assert.equal(first, await made[0]);
  const second = await spare.take();
  assert.equal(made.length, 2);
  assert.notEqual(second, first);
  assert.deepEqual(await Promise.all([works(first), works(second)]), [true, true]);
  closeInstance(first);
  closeInstance(second);
});

test("SpareInstance.take() makes one anew where the spare could not be made, and tells of a failure of that one", async () => {
  const { spare, fail } = fixture();
  fail(new Error("no memory just then"));
  spare.prepare();
  fail(undefined);
  const taken = await spare.take();
  assert.ok(await works(taken));
  closeInstance(taken);
  fail(new Error("no memory at all"));
  spare.prepare();
  await assert.rejects(spare.take(), /no memory at all/);
});

test("SpareInstance closes a spare that nobody takes for half a minute, and none that was taken", async () => {
  const { clock, made, spare } = fixture();
  spare.prepare();
  const unused = await made[0];
  assert.ok(unused !== undefined);
  await clock.advance(29_999);
  assert.ok(await works(unused));
  await clock.advance(1);
  assert.equal(await works(unused), false);
  spare.prepare();
  const taken = await spare.take();
  await clock.advance(60_000);
  assert.ok(await works(taken));
  closeInstance(taken);
});

test("SpareInstance.close() closes the spare, also one that is being made, and one that cannot be made", async () => {
  const { made, spare, fail } = fixture();
  spare.prepare();
  await spare.close();
  const closed = await made[0];
  assert.ok(closed !== undefined);
  assert.equal(await works(closed), false);
  fail(new Error("no memory"));
  spare.prepare();
  await spare.close();
});
