import assert from "node:assert/strict";
import { test } from "node:test";
import { TAIL_RECORDS_MAX, withNewest } from "./tail.ts";

function answer(from: number, next: number, skipped = 0) {
  const records = Array.from({ length: next - from }, (_, at) => ({
    offset: from + at,
    arrivalMs: 0,
    size: 1,
    text: "r",
  }));
  return { records, next, skipped };
}

const offsets = ({ records }: ReturnType<typeof withNewest>) => records.map(({ offset }) => offset);

test("withNewest() puts what is newest on top, and forgets what is beyond its length", () => {
  const first = withNewest(undefined, answer(0, 2));
  assert.deepEqual(offsets(first), [1, 0]);
  assert.deepEqual(offsets(withNewest(first, answer(2, 4))), [3, 2, 1, 0]);
  const many = withNewest(first, answer(2, 2 + TAIL_RECORDS_MAX));
  assert.deepEqual([many.records.length, many.records.at(-1)?.offset], [TAIL_RECORDS_MAX, 2]);
});

test("withNewest() adds up what was passed over, and begins anew with another stream of the name", () => {
  const first = withNewest(undefined, answer(0, 2, 5));
  const second = withNewest(first, answer(40, 41, 38));
  assert.deepEqual([first.skipped, second.skipped, second.next], [0, 38, 41]);
  const other = withNewest(second, answer(0, 1));
  assert.deepEqual([offsets(other), other.skipped], [[0], 0]);
});
