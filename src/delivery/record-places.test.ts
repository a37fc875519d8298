import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RecordPlaces } from "./record-places.ts";

test("RecordPlaces gives back offset and arrival of every record", () => {
  const step = fc.tuple(
    fc.integer({ min: 0, max: 3 }),
    fc.integer({ min: 0, max: 5 }),
    fc.integer({ min: -9, max: 2e9 }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.nat(2 ** 50), (steps, start) => {
      const places = new RecordPlaces();
      const expected: { offset: number; arrivalMs: number }[] = [];
      let offset = start;
      let arrivalMs = 1_700_000_000_000;
      for (const [gap, count, later] of steps) {
        offset += gap;
        arrivalMs += later;
        const each = Array.from({ length: count }, (_, index) => offset + Math.floor(index / 2));
        places.add({ each }, count, arrivalMs);
        expected.push(...each.map((one) => ({ offset: one, arrivalMs })));
        offset = each.at(-1) ?? offset;
      }
      const indexes = expected.map((_, index) => index);
      assert.deepEqual(places.of(indexes), expected);
      const odd = indexes.filter((index) => index % 3 === 1);
      assert.deepEqual(
        places.of(odd),
        odd.map((index) => expected[index]),
      );
    }),
  );
});

test("RecordPlaces needs a few bytes for a batch that came in order", () => {
  const places = new RecordPlaces();
  for (let batch = 0; batch < 1000; batch++) places.add({ first: batch * 500 }, 500, 1_700_000_000_000 + batch * 10);
  assert.ok(places.bytes < 6_100, String(places.bytes));
  assert.deepEqual(places.of([0, 499_999]), [
    { offset: 0, arrivalMs: 1_700_000_000_000 },
    { offset: 499_999, arrivalMs: 1_700_000_009_990 },
  ]);
});
