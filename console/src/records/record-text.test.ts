import assert from "node:assert/strict";
import { test } from "node:test";
import { isCut, recordLine, recordText } from "./record-text.ts";

test("recordText() sets JSON out, and leaves the rest as it is", () => {
  assert.equal(recordText({ size: 7, text: '{"n":1}' }), '{\n  "n": 1\n}');
  assert.equal(recordText({ size: 9, text: "a, b\nc\n" }), "a, b\nc\n");
  assert.equal(recordText({ size: 2, base64: "/0E=" }), "base64: /0E=");
});

test("recordLine() is one line of a bounded length", () => {
  assert.equal(recordLine({ size: 9, text: "a\n\tb \n" }), "a b");
  assert.equal(recordLine({ size: 999, text: "x".repeat(999) }).length, 161);
});

test("isCut() counts bytes, not characters", () => {
  assert.equal(isCut({ size: 2, text: "é" }), false);
  assert.equal(isCut({ size: 3, text: "é" }), true);
  assert.equal(isCut({ size: 2, base64: "/0E=" }), false);
  assert.equal(isCut({ size: 3, base64: "/0E=" }), true);
});
