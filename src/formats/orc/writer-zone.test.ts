import assert from "node:assert/strict";
import { test } from "node:test";
import { zoneOffset } from "./writer-zone.ts";

const seconds = (text: string) => Date.parse(text) / 1000;

test("zoneOffset() knows winter and summer, half hours, and the moment at which clocks change", () => {
  const losAngeles = zoneOffset("America/Los_Angeles");
  assert.equal(losAngeles(seconds("2015-01-01T00:00:00Z")), -8 * 3600);
  assert.equal(losAngeles(seconds("2026-03-08T09:59:59Z")), -8 * 3600);
  assert.equal(losAngeles(seconds("2026-03-08T10:00:00Z")), -7 * 3600);
  assert.equal(zoneOffset("Asia/Kolkata")(0), 5.5 * 3600);
  for (const name of ["", "UTC", "Etc/UTC", "GMT"]) assert.equal(zoneOffset(name)(0), 0);
  assert.throws(() => zoneOffset("Nowhere/At/All"), RangeError);
});
