import assert from "node:assert/strict";
import { test } from "node:test";
import { packPlaces, unpackPlaces } from "./places-text.ts";

test("places come back as they were, and runs of them are short", () => {
  const every = (step: number, count: number) => Array.from({ length: count }, (_, index) => index * step);
  for (const places of [[], [0], [7], [0, 1, 2], [1, 3, 4, 9_000_000], every(2, 10_000), every(300, 500)]) {
    assert.deepEqual(unpackPlaces(packPlaces(places)), places);
  }
  assert.ok(packPlaces(every(1, 500_000)).length <= 8);
  assert.ok(packPlaces(every(2, 100_000)).length < 300_000);
});
