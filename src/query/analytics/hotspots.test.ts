import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { seededRandom } from "../../std/random.ts";
import { findHotspots, type Hotspot } from "./hotspots.ts";
import { NeighbourWindow } from "./neighbour-window.ts";

interface Settings {
  readonly size: number;
  readonly radius: number;
  readonly pointsMin: number;
  readonly relative: boolean;
}

test("findHotspots() finds what a plain search of the newest points finds, wherever the window stands", () => {
  const settings = fc.record({
    size: fc.integer({ min: 1, max: 70 }),
    radius: fc.constantFrom(0.05, 0.2, 1, 2.5),
    pointsMin: fc.integer({ min: 2, max: 6 }),
    relative: fc.boolean(),
  });
  const value = fc.integer({ min: 0, max: 30 });
  fc.assert(
    fc.property(settings, fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 150 }), (chosen, points) => {
      assert.deepEqual(hotspotsOf(points, chosen), plainHotspots(points.slice(-chosen.size), chosen));
    }),
    { numRuns: 300 },
  );
});

test("planted clusters are hotspots and their background is not, with the settings of Amazon's example", () => {
  for (let seed = 0; seed < 10; seed++) {
    const random = seededRandom(seed);
    const points = Array.from({ length: 1500 }, () => {
      const corner = random.fraction() < 0.2 ? [3, 6] : undefined;
      return [0, 1].map((dimension) => (corner ? corner[dimension]! + random.fraction() : 10 * random.fraction()));
    });
    const found = hotspotsOf(points, { size: 1000, radius: 0.2, pointsMin: 17, relative: false });
    assert.equal(found.length, 1);
    const [{ density, minValues, maxValues }] = found as [Hotspot];
    assert.ok(density > 100, `the density of 200 points in an area of 1 is ${density}`);
    for (const [dimension, start] of [3, 6].entries()) {
      assert.ok(Math.abs(minValues[dimension]! - start) < 0.25 && Math.abs(maxValues[dimension]! - start - 1) < 0.25);
    }
  }
});

test("uniform noise has no hotspots with those settings", () => {
  for (let seed = 0; seed < 10; seed++) {
    const random = seededRandom(seed);
    const points = Array.from({ length: 1000 }, () => [10 * random.fraction(), 10 * random.fraction()]);
    assert.deepEqual(hotspotsOf(points, { size: 1000, radius: 0.2, pointsMin: 17, relative: false }), []);
  }
});

test("a hotspot leaves with its points, and the densest comes first", () => {
  const far = Array.from({ length: 20 }, (_, index) => [100 + 10 * index, 0]);
  const [loose, tight] = [12, 15].map((count) =>
    Array.from({ length: count }, (_, index) => [count + index / 100, count]),
  );
  const settings = { size: 50, radius: 0.5, pointsMin: 5, relative: false };
  const found = hotspotsOf([...loose!, ...far, ...tight!], settings);
  assert.deepEqual(
    found.map(({ minValues }) => minValues),
    [
      [15, 15],
      [12, 12],
    ],
  );
  assert.deepEqual(
    found.map(({ maxValues }) => maxValues),
    [
      [15.14, 15],
      [12.11, 12],
    ],
  );
  assert.deepEqual(
    found.map(({ density }) => density),
    [15 / 0.25, 12 / 0.25],
  );
  assert.deepEqual(
    hotspotsOf([...loose!, ...far, ...tight!, ...far], settings).map(({ minValues }) => minValues),
    [[15, 15]],
  );
});

test("no more than 100 hotspots are told", () => {
  const points = Array.from({ length: 150 }, (_, pair) => [pair * 10, pair * 10 + 1]).flat();
  const found = hotspotsOf(
    points.map((value) => [value]),
    { size: 300, radius: 2, pointsMin: 2, relative: false },
  );
  assert.equal(found.length, 100);
});

test("relative distances do not depend on the units of the columns", () => {
  const random = seededRandom(2);
  const points = Array.from({ length: 200 }, (_, index) => [
    random.fraction(),
    index % 3 === 0 ? 0.5 : random.fraction(),
  ]);
  const settings = { size: 200, radius: 0.05, pointsMin: 8, relative: true };
  const found = hotspotsOf(points, settings);
  assert.notEqual(found.length, 0);
  for (const factor of [2 ** 30, 2 ** -30]) {
    const scaled = hotspotsOf(
      points.map(([x, y]) => [x! * factor, y!]),
      settings,
    );
    assert.deepEqual(
      scaled.map(({ density, minValues: [x, y] }) => [density, x! / factor, y]),
      found.map(({ density, minValues }) => [density, ...minValues]),
    );
  }
});

test("numbers and radii of any size give finite densities", () => {
  for (const size of [Number.MAX_VALUE, Number.MIN_VALUE, 1]) {
    const points = Array.from({ length: 30 }, (_, index) => [index % 2 === 0 ? size : -size, size, 0]);
    for (const radius of [Number.MAX_VALUE, 1e-300, 1]) {
      for (const relative of [true, false]) {
        const found = hotspotsOf(points, { size: 40, radius, pointsMin: 10, relative });
        assert.ok(found.length > 0 && found.every(({ density }) => Number.isFinite(density)));
        if (size === Number.MAX_VALUE && radius === 1) assert.equal(found.length, relative ? 1 : 2);
      }
    }
  }
});

function hotspotsOf(points: readonly (readonly number[])[], settings: Settings): readonly Hotspot[] {
  const window = new NeighbourWindow({ ...settings, dimensions: points[0]!.length });
  for (const point of points) window.add(Float64Array.from(point));
  return findHotspots(window, settings.pointsMin);
}

/** All distances between all points, and cores joined until nothing changes. */
function plainHotspots(points: readonly (readonly number[])[], settings: Settings): readonly Hotspot[] {
  const { radius, pointsMin, relative } = settings;
  const units = points[0]!.map((_, dimension) => {
    const values = points.map((point) => point[dimension]!);
    return radius * (relative ? Math.max(...values) - Math.min(...values) : 1);
  });
  const inRadii = (first: number, second: number, dimension: number) =>
    first === second ? 0 : Math.abs(first - second) / units[dimension]!;
  const near = points.map((one) =>
    points.map((other) => one.reduce((sum, value, at) => sum + inRadii(value, other[at]!, at) ** 2, 0) <= 1),
  );
  const isCore = near.map((line) => line.filter(Boolean).length >= pointsMin);
  const labels = points.map((_, index) => index);
  for (let changed = true; changed; ) {
    changed = false;
    for (const [one, line] of near.entries()) {
      for (const [other, close] of line.entries()) {
        if (!close || !isCore[one] || !isCore[other] || labels[one]! >= labels[other]!) continue;
        labels[other] = labels[one]!;
        changed = true;
      }
    }
  }
  const clusters = [...new Set(labels.filter((_, index) => isCore[index]))].sort((first, second) => first - second);
  const found = clusters.map((label) => {
    const members = points.filter((_, index) =>
      near[index]!.some((close, core) => close && isCore[core] && labels[core] === label),
    );
    const columns = units.map((_, dimension) => members.map((member) => member[dimension]!));
    const minValues = columns.map((values) => Math.min(...values));
    const maxValues = columns.map((values) => Math.max(...values));
    const density = minValues.reduce(
      (left, low, dimension) => left / (Math.max(1, inRadii(low, maxValues[dimension]!, dimension)) * radius),
      members.length,
    );
    return { density, minValues, maxValues };
  });
  return found.sort((first, second) => second.density - first.density);
}
