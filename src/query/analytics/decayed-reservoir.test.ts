import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { seededRandom } from "../../std/random.ts";
import { DecayedReservoir, NO_SLOT } from "./decayed-reservoir.ts";

test("the sample is what a plain list makes of the same draws", () => {
  const decay = fc.oneof(fc.integer({ min: 2, max: 30 }), fc.constant(1000));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), decay, fc.nat(), (capacity, timeDecay, seed) => {
      const reservoir = new DecayedReservoir({ capacity, timeDecay, random: seededRandom(seed) });
      const draws = seededRandom(seed);
      const sample = new Map<number, number>();
      let plain: { readonly row: number; readonly key: number }[] = [];
      for (let row = 1; row <= 100; row++) {
        sample.delete(reservoir.expire(row));
        assert.equal(reservoir.expire(row), NO_SLOT, "at most one a row");
        plain = plain.filter((held) => row - held.row < timeDecay);
        assert.deepEqual([...sample.values()].sort(ascending), plain.map((held) => held.row).sort(ascending));
        const slot = reservoir.offer(row);
        if (slot !== NO_SLOT) sample.set(slot, row);
        plain.push({ row, key: Math.log(-Math.log(draws.fraction())) - row / timeDecay });
        plain = plain.sort((first, second) => first.key - second.key).slice(0, capacity);
        assert.deepEqual([...sample.values()].sort(ascending), plain.map((held) => held.row).sort(ascending));
      }
    }),
    { numRuns: 200 },
  );
});

test("no row stays for longer than timeDecay, and the sample is full again at once", () => {
  const [capacity, timeDecay] = [8, 20];
  const reservoir = new DecayedReservoir({ capacity, timeDecay, random: seededRandom(3) });
  const sample = new Map<number, number>();
  let expired = 0;
  for (let row = 1; row <= 2000; row++) {
    const free = reservoir.expire(row);
    if (free !== NO_SLOT) {
      assert.equal(row - sample.get(free)!, timeDecay);
      sample.delete(free);
      expired++;
    }
    const slot = reservoir.offer(row);
    if (slot !== NO_SLOT) sample.set(slot, row);
    assert.ok([...sample.values()].every((held) => row - held < timeDecay));
    assert.equal(sample.size, Math.min(row, capacity));
  }
  assert.ok(expired > 50);
});

test("newer rows are in the sample in proportion to their weight", () => {
  const timeDecay = 1000;
  const rows = 5000;
  const ages = Array.from({ length: 400 }, (_, seed) => sampleOf({ capacity: 10, timeDecay, seed, rows }))
    .flat()
    .map((row) => rows - row);
  const newerHalf = ages.filter((age) => age < timeDecay / 2).length / ages.length;
  const expected = (1 - Math.exp(-0.5)) / (1 - Math.exp(-1));
  assert.ok(
    Math.abs(newerHalf - expected) < 0.04,
    `${newerHalf} of the sample is from the newer half, not ${expected}`,
  );
});

test("with a long decay, all rows are in the sample alike", () => {
  const rows = 1000;
  const held = Array.from({ length: 400 }, (_, seed) =>
    sampleOf({ capacity: 10, timeDecay: 2_147_483_647, seed, rows }),
  ).flat();
  for (const quarter of [250, 500, 750]) {
    const share = held.filter((row) => row <= quarter).length / held.length;
    assert.ok(Math.abs(share - quarter / rows) < 0.04, `${share} of the sample is of the first ${quarter}`);
  }
});

interface Run {
  readonly capacity: number;
  readonly timeDecay: number;
  readonly seed: number;
  readonly rows: number;
}

/** The rows that are in the sample after so many. */
function sampleOf({ capacity, timeDecay, seed, rows }: Run): readonly number[] {
  const reservoir = new DecayedReservoir({ capacity, timeDecay, random: seededRandom(seed) });
  const sample = new Map<number, number>();
  for (let row = 1; row <= rows; row++) {
    sample.delete(reservoir.expire(row));
    const slot = reservoir.offer(row);
    if (slot !== NO_SLOT) sample.set(slot, row);
  }
  return [...sample.values()].sort(ascending);
}

function ascending(first: number, second: number): number {
  return first - second;
}
