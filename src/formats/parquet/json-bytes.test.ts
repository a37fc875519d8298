import assert from "node:assert/strict";
import { test } from "node:test";
import { stringEnd, UNPROVED } from "./json-bytes.ts";

/** Bytes that lie next to those that strings are looked through for, or share bits with them. */
const PLAIN = Buffer.from(" !#[]^az\u007fÿé😀\u{a2}\u{dc}", "utf8");
const SPECIAL = [0x00, 0x0a, 0x1f, 0x22, 0x5c];

test("stringEnd finds the end of a string of any length, at any place in memory", () => {
  for (let offset = 0; offset < 4; offset++) {
    for (let length = 0; length < 70; length++) {
      const memory = Buffer.alloc(length + 200, 0x22);
      const bytes = memory.subarray(offset, offset + length + 100);
      for (let at = 0; at < length; at++) bytes[at + 1] = PLAIN[(at * 7 + length) % PLAIN.length] ?? 0;
      assert.equal(stringEnd(bytes, 0), length + 2);
    }
  }
});

test("stringEnd stops at the first byte that does not stand for itself, wherever it is", () => {
  const length = 61;
  for (let offset = 0; offset < 4; offset++) {
    for (let place = 1; place <= length; place++) {
      for (const special of SPECIAL) {
        const bytes = Buffer.alloc(length + 80, "x").subarray(offset);
        bytes[0] = 0x22;
        bytes[length + 4] = 0x22;
        bytes[place] = special;
        // A second one behind it, which is never met.
        bytes[place + 1] = place % 2 === 0 ? 0x22 : special;
        const expected = special === 0x22 ? place + 1 : special === 0x5c ? escapedEnd(bytes, place) : UNPROVED;
        assert.equal(stringEnd(bytes, 0), expected, `${special} at ${place} of ${offset}`);
      }
    }
  }
});

test("stringEnd ends with the memory", () => {
  for (let length = 1; length < 50; length++) {
    const memory = new ArrayBuffer(length);
    assert.equal(stringEnd(new Uint8Array(memory).fill(0x61), 0), UNPROVED);
  }
});

/** `\"` and `\\` stand for one character; the string goes on to its last quote. */
function escapedEnd(bytes: Buffer, place: number): number {
  return bytes.indexOf(0x22, place + 2) + 1;
}
