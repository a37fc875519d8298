import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { test } from "node:test";
import { PretendClock } from "../../../test/fakes/pretend-clock.ts";
import { systemClock } from "../../std/clock.ts";
import { Md5Thread } from "./md5-thread.ts";

const md5Of = (pieces: readonly Uint8Array[]) => createHash("md5").update(Buffer.concat(pieces)).digest("hex");

test("Md5Thread hashes as Node does, several at a time, whatever the sizes of their pieces", async (t) => {
  const thread = new Md5Thread(systemClock);
  t.after(() => thread.close());
  const bodies = Array.from({ length: 6 }, (_, body) =>
    Array.from({ length: body + 1 }, (_, piece) => randomBytes(1 + ((body * 7 + piece) % 5) * 700_000)),
  );
  const digests = await Promise.all(
    bodies.map(async (pieces) => {
      const hash = thread.begin();
      for (const piece of pieces) {
        const half = Math.floor(piece.length / 2);
        await hash.update([piece.subarray(0, half), piece.subarray(half)], piece.length);
      }
      return await hash.digest();
    }),
  );
  assert.deepEqual(digests, bodies.map(md5Of));
});

test("Md5Thread forgets a hash that nobody wants, and goes on with others", async (t) => {
  const thread = new Md5Thread(systemClock);
  t.after(() => thread.close());
  const unwanted = thread.begin();
  await unwanted.update([Buffer.from("a")], 1);
  unwanted.forget();
  const hash = thread.begin();
  await hash.update([Buffer.from("b")], 1);
  assert.equal(await hash.digest(), md5Of([Buffer.from("b")]));
});

test("Md5Thread ends a thread that nobody asks, and starts another; what was under way when it ends fails", async (t) => {
  const clock = new PretendClock();
  const thread = new Md5Thread(clock);
  t.after(() => thread.close());
  for (let round = 0; round < 2; round++) {
    const hash = thread.begin();
    await hash.update([Buffer.from("a")], 1);
    assert.equal(await hash.digest(), md5Of([Buffer.from("a")]));
    await clock.advance(60_000);
  }
  const hash = thread.begin();
  const update = hash.update([Buffer.alloc(1_000_000)], 1_000_000);
  const refused = assert.rejects(update, /has ended/);
  await thread.close();
  await refused;
});

test("Md5Thread never goes on with a hash whose beginning went with its thread", async (t) => {
  const thread = new Md5Thread(systemClock);
  t.after(() => thread.close());
  const hash = thread.begin();
  await hash.update([Buffer.from("a")], 1);
  await thread.close();
  await assert.rejects(hash.update([Buffer.from("b")], 1), /has ended/);
  await assert.rejects(hash.digest(), /has ended/);
  const next = thread.begin();
  await next.update([Buffer.from("c")], 1);
  assert.equal(await next.digest(), md5Of([Buffer.from("c")]));
});
