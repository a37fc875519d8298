import assert from "node:assert/strict";
import { test } from "node:test";
import { connectionsWithin, openFilesMax } from "./connection-limit.ts";

test("connectionsWithin() leaves files to deliveries, at least half of a small limit", () => {
  assert.equal(connectionsWithin(Number.POSITIVE_INFINITY), 12_288);
  assert.equal(connectionsWithin(1_048_576), 12_288);
  assert.equal(connectionsWithin(4_096), 3_072);
  assert.equal(connectionsWithin(1_024), 512);
  assert.equal(connectionsWithin(256), 128);
});

test("openFilesMax() knows a limit of this process", () => {
  assert.ok(openFilesMax() > 0);
});
