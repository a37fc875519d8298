import assert from "node:assert/strict";
import { test } from "node:test";
import { type Identified, StoreOnce } from "./store-once.ts";

/** A log that remembers digests, and appends when it is told to. */
function world() {
  const once = new StoreOnce();
  const held = new Set<string>();
  const stored: string[] = [];
  let appended = Promise.withResolvers<void>();
  const store = (ids: readonly (string | undefined)[], scope = "s") =>
    once.store<Identified>({
      scope,
      messages: ids.map((id) => ({ ...(id !== undefined && { id }) })),
      holdsMessage: (digest) => held.has(digest.toString("hex")),
      append: async (fresh) => {
        await appended.promise;
        stored.push(fresh.map(({ message }) => message.id ?? "-").join());
        for (const { digest } of fresh) if (digest !== undefined) held.add(digest.toString("hex"));
      },
    });
  const settle = (error?: Error) => {
    if (error === undefined) appended.resolve();
    else appended.reject(error);
    appended = Promise.withResolvers<void>();
    if (error === undefined) appended.resolve();
  };
  return { store, stored, settle };
}

test("StoreOnce stores what has an id once within its scope, and what has none each time", async () => {
  const { store, stored, settle } = world();
  settle();
  await store(["a", undefined, "a", "b"]);
  await store(["b", undefined, "c"]);
  await store(["a"], "another");
  assert.deepEqual(stored, ["a,-,b", "-,c", "a"]);
});

test("StoreOnce waits for a message that is under way, and fails with it", async () => {
  const { store, stored, settle } = world();
  const both = Promise.allSettled([store(["a"]), store(["a"])]);
  settle(new Error("the disk is full"));
  assert.deepEqual(
    (await both).map(({ status }) => status),
    ["rejected", "rejected"],
  );
  settle();
  await store(["a"]);
  assert.equal(stored.at(-1), "a", "what failed is stored when it comes again");
});
