import assert from "node:assert/strict";
import { test } from "node:test";
import { byFallingNumber, byName, pageOf } from "./paging.ts";

const key = (item: string) => item;

test("pageOf() goes on behind the last thing shown, whatever came or went meanwhile", () => {
  const first = pageOf(["a", "c", "e"], key, byName, { MaxResults: 2 });
  assert.deepEqual(first.items, ["a", "c"]);
  const second = pageOf(["a", "b", "d", "e"], key, byName, { MaxResults: 2, ...first.next });
  assert.deepEqual(second, { items: ["d", "e"], next: {} });
});

test("pageOf() shows at most 100, and versions by their number", () => {
  const versions = Array.from({ length: 150 }, (_, index) => String(149 - index));
  const first = pageOf(versions, key, byFallingNumber, {});
  assert.deepEqual([first.items.length, first.items.at(-1)], [100, "50"]);
  assert.deepEqual(pageOf(versions, key, byFallingNumber, first.next).items[0], "49");
});

test("pageOf() refuses a token that it never gave", () => {
  for (const NextToken of ["", "x", "%%"]) {
    assert.throws(() => pageOf([], key, byName, { NextToken }), { code: "InvalidInputException" });
  }
});
