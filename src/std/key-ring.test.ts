import assert from "node:assert/strict";
import { test } from "node:test";
import { KeyRing } from "./key-ring.ts";

const HEX = "0123456789abcdef".repeat(4);
const BASE64 = Buffer.alloc(32, 7).toString("base64");

test("KeyRing.parse() reads one key alone, in hex or base64", () => {
  assert.equal(KeyRing.parse(`${HEX}\n`).key(1)?.toString("hex"), HEX);
  const ring = KeyRing.parse(BASE64);
  assert.deepEqual([ring.currentId, ring.key(1), ring.key(2)], [1, Buffer.alloc(32, 7), undefined]);
});

test("KeyRing.parse() reads several keys, the highest id is current whatever the order", () => {
  const ring = KeyRing.parse(`# rotated in March\n7: ${HEX}\n\n  2:${BASE64}\n`);
  assert.equal(ring.currentId, 7);
  assert.equal(ring.key(2)?.length, 32);
});

test("KeyRing.parse() refuses what is not a key, and does not repeat it in the message", () => {
  for (const text of [
    "",
    "# nothing",
    "too short",
    `0:${HEX}`,
    `1:${HEX}\n1:${BASE64}`,
    `4294967296:${HEX}`,
    HEX.slice(2),
  ]) {
    assert.throws(
      () => KeyRing.parse(text),
      (error) => error instanceof RangeError && !error.message.includes("0123456789"),
    );
  }
});
