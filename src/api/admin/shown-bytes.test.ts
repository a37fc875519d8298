import assert from "node:assert/strict";
import { test } from "node:test";
import { shownBytes } from "./shown-bytes.ts";

test("shownBytes() shows text as text and everything else as base64", () => {
  assert.deepEqual(shownBytes(Buffer.from("naïve"), 6), { size: 6, text: "naïve" });
  assert.deepEqual(shownBytes(Buffer.alloc(0), 0), { size: 0, text: "" });
  assert.deepEqual(shownBytes(Buffer.from([0xff, 0x41]), 2), { size: 2, base64: "/0E=" });
});

test("shownBytes() leaves out a character that was cut through, and only one that was", () => {
  const emoji = Buffer.from("a🙂");
  assert.deepEqual(shownBytes(emoji.subarray(0, 4), 5), { size: 5, text: "a" });
  assert.deepEqual(shownBytes(emoji.subarray(0, 4), 4), { size: 4, base64: "YfCfmQ==" });
});
