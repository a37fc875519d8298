import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32 } from "node:zlib";
import { appendCrc32, joinCrc32 } from "./crc32.ts";
import { seededRandom } from "./random.ts";

test("the checksum of two pieces follows from those of each", () => {
  const random = seededRandom(1);
  for (let round = 0; round < 500; round++) {
    const whole = Buffer.from(random.bytes(Math.floor(random.fraction() ** 3 * 70_000)));
    const border = Math.floor(random.fraction() * (whole.length + 1));
    const [first, second] = [whole.subarray(0, border), whole.subarray(border)];
    assert.equal(joinCrc32(crc32(first), crc32(second), second.length), crc32(whole), `${border} of ${whole.length}`);
    assert.equal(appendCrc32(crc32(first), second, undefined), crc32(whole));
    assert.equal(appendCrc32(crc32(first), second, crc32(second)), crc32(whole));
  }
});

test("lengths beyond 32 bits count whole", () => {
  const zeros = Buffer.alloc(1024 * 1024);
  let [known, bytes] = [crc32(zeros), zeros.length];
  for (let doubled = 0; doubled < 13; doubled++) {
    known = joinCrc32(known, known, bytes);
    bytes *= 2;
  }
  assert.equal(bytes, 2 ** 33);
  // x^(8 * (2^32 - 1)) is 1: that many zeros leave any register as it was, so 2^33 of them do what two do.
  assert.equal(joinCrc32(0x12345678, 0, bytes), joinCrc32(0x12345678, 0, 2));
  assert.equal(joinCrc32(0x12345678, known, bytes), (joinCrc32(0x12345678, 0, 2) ^ known) >>> 0);
});
