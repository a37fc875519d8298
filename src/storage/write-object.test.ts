import assert from "node:assert/strict";
import { test } from "node:test";
import { PretendClock } from "../../test/fakes/pretend-clock.ts";
import { seededRandom } from "../std/random.ts";
import { bytesBody } from "./bytes-body.ts";
import { MemoryStore } from "./memory/memory-store.ts";
import { objectBody } from "./object-body.ts";
import { type ObjectStore, ObjectStoreError, type PutObject } from "./object-store.ts";
import { writeObject } from "./write-object.ts";

async function world() {
  const clock = new PretendClock();
  const memory = new MemoryStore({ clock });
  await memory.ensureBucket("lake");
  const body = bytesBody(Buffer.from("what a job made"));
  const request = { bucket: "lake", key: "out/1", body, contentType: "text/plain", metadata: {}, signal: never() };
  return { clock, memory, request, waiting: { clock: hurried(clock), random: seededRandom(1) } };
}

const never = () => new AbortController().signal;

/** Waits cost nothing. */
function hurried(clock: PretendClock) {
  return { now: () => clock.now(), monotonic: () => clock.monotonic(), sleep: async () => undefined };
}

/** `memory` whose puts go through `put`. */
function storeWith(memory: MemoryStore, put: (request: PutObject, real: ObjectStore) => Promise<never> | undefined) {
  return new Proxy(memory, {
    get: (target, name) => {
      if (name === "put") return (request: PutObject) => put(request, target) ?? target.put(request);
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

test("writeObject() tries again after failures that pass, and not after others", async () => {
  const { memory, request, waiting } = await world();
  let failures = 2;
  const flaky = storeWith(memory, () =>
    failures-- > 0 ? Promise.reject(new ObjectStoreError("unavailable", "busy")) : undefined,
  );
  assert.equal((await writeObject(flaky, request, waiting)).bytes, request.body.bytes);
  const closed = storeWith(memory, () => Promise.reject(new ObjectStoreError("denied", "no")));
  await assert.rejects(writeObject(closed, { ...request, key: "out/2" }, waiting), { code: "denied" });
});

test("writeObject() takes what an unanswered try has left for its own, and nothing else", async () => {
  const { memory, request, waiting } = await world();
  const mute = storeWith(memory, (put, real) =>
    real.put(put).then(() => Promise.reject(new ObjectStoreError("unknown-outcome", "no answer"))),
  );
  assert.equal((await writeObject(mute, request, waiting)).key, "out/1");
  const other = { ...request, body: bytesBody(Buffer.from("what a job MADE")) };
  await assert.rejects(writeObject(memory, other, waiting), { code: "exists" });
});

test("objectBody() makes a copy of an object", async () => {
  const { memory, request, waiting } = await world();
  const info = await writeObject(memory, request, waiting);
  const body = await objectBody(memory, "lake", info);
  assert.equal(body.checksum, request.body.checksum);
  await writeObject(memory, { ...request, key: "out/copy", body }, waiting);
  assert.deepEqual(
    await (await objectBody(memory, "lake", { ...info, key: "out/copy" })).read(5, 5),
    Buffer.from("a job"),
  );
});

test("writeObject() finds its own object also when the store cannot be asked at once", async () => {
  const { memory, request, waiting } = await world();
  for (const [key, broken] of [
    ["out/head", "head"],
    ["out/get", "get"],
  ] as const) {
    let failures = 2;
    let answers = 0;
    const flaky = new Proxy(memory, {
      get: (target, name) => {
        const value = Reflect.get(target, name, target);
        if (name === "put") {
          return async (put: PutObject) => {
            const result = await target.put(put);
            if (answers++ === 0) throw new ObjectStoreError("unknown-outcome", "no answer");
            return result;
          };
        }
        if (name === broken && failures-- > 0) return () => Promise.reject(new ObjectStoreError("unavailable", "busy"));
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    assert.equal((await writeObject(flaky, { ...request, key }, waiting)).key, key);
  }
});
