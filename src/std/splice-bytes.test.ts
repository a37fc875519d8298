import assert from "node:assert/strict";
import { test } from "node:test";
import { spliceBytes } from "./splice-bytes.ts";

test("spliceBytes() replaces, takes out, puts in, and leaves the rest", () => {
  const bytes = Buffer.from("0123456789");
  const spliced = (...splices: [number, number, string][]) =>
    spliceBytes(
      bytes,
      splices.map(([start, end, text]) => ({ start, end, text })),
    ).toString();
  assert.equal(spliced([8, 9, "\u00e9"], [0, 2, "ab"]), "ab234567\u00e99");
  assert.equal(spliced([3, 7, ""]), "012789");
  assert.equal(spliced([10, 10, "!"]), "0123456789!");
  assert.equal(spliced([4, 5, "x"], [2, 8, "y"]), "01y89");
  assert.equal(spliced([2, 4, "x"], [4, 6, "y"]), "01xy6789");
  assert.equal(spliceBytes(bytes, []), bytes);
});
