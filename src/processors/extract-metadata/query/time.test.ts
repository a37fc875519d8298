import assert from "node:assert/strict";
import { test } from "node:test";
import { timeFormat } from "./time.ts";

test("timeFormat() leaves to jq what C libraries write differently", () => {
  for (const pattern of ["%c", "%Q", "%", "%5Y", "", "%Z"]) assert.equal(timeFormat(pattern), undefined, pattern);
});

test("timeFormat() answers for the second that it is asked, whatever it was asked before", () => {
  const format = timeFormat("%S");
  assert.deepEqual(
    [1.9, 1, 2, 1.1, -1.5].map((seconds) => format?.(seconds)),
    ["01", "01", "02", "01", "59"],
  );
});
