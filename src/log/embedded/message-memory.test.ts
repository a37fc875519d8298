import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { test } from "node:test";
import { seededRandom } from "../../std/random.ts";
import { MESSAGE_DIGEST_BYTES, MessageMemory } from "./message-memory.ts";

const digestOf = (message: number) => hash("md5", String(message), "buffer");

test("MessageMemory remembers the last messages and forgets the oldest, as a set with an order does", () => {
  for (const messagesMax of [1, 7, 1_000, 3_000]) {
    const memory = new MessageMemory(messagesMax);
    const model = new Set<number>();
    const random = seededRandom(messagesMax);
    for (let step = 0; step < 10_000; step++) {
      const message = Math.floor(random.fraction() * messagesMax * 3);
      assert.equal(memory.has(digestOf(message)), model.has(message), `step ${step} of ${messagesMax}`);
      memory.remember(digestOf(message));
      model.add(message);
      const [oldest] = model;
      if (model.size > messagesMax && oldest !== undefined) model.delete(oldest);
    }
    assert.equal(memory.size, model.size);
    assert.deepEqual(memory.digests(), Buffer.concat([...model].map(digestOf)));
  }
});

test("MessageMemory keeps digests apart that share their place in the table", () => {
  const memory = new MessageMemory(5);
  const alike = Array.from({ length: 8 }, (_, last) => Buffer.from([...Array(MESSAGE_DIGEST_BYTES - 1).fill(9), last]));
  for (const digest of alike) memory.remember(digest);
  assert.deepEqual(
    alike.map((digest) => memory.has(digest)),
    [false, false, false, true, true, true, true, true],
  );
});

test("MessageMemory holds nothing while nothing is remembered", () => {
  const memory = new MessageMemory();
  assert.equal(memory.has(digestOf(1)), false);
  assert.equal(memory.digests().length, 0);
});
