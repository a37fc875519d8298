import assert from "node:assert/strict";
import { test } from "node:test";
import { KeyedQueue } from "./keyed-queue.ts";

test("KeyedQueue.run() runs tasks of one key one after another, and those of another key meanwhile", async () => {
  const queue = new KeyedQueue();
  const told: string[] = [];
  const first = Promise.withResolvers<void>();
  const runs = [
    queue.run("a", () => first.promise.then(() => told.push("first of a"))),
    queue.run("a", async () => told.push("second of a")),
  ];
  await queue.run("b", async () => told.push("b"));
  assert.deepEqual(told, ["b"]);
  first.resolve();
  await Promise.all(runs);
  assert.deepEqual(told, ["b", "first of a", "second of a"]);
});

test("KeyedQueue.run() goes on behind a task that fails, and tells its failure to who asked for it", async () => {
  const queue = new KeyedQueue();
  const failing = queue.run("a", () => Promise.reject(new Error("no")));
  const next = queue.run("a", async () => "done");
  await assert.rejects(failing, /no/);
  assert.equal(await next, "done");
});
