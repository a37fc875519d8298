import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { seededRandom } from "../../std/random.ts";
import { NO_NODE, RandomCutTree } from "./random-cut-tree.ts";

const CAPACITY = 40;

test("insert() and forget() keep boxes, masses and links as they are when counted anew", () => {
  const point = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 2, maxLength: 2 });
  const steps = fc.array(fc.oneof({ weight: 3, arbitrary: point }, fc.nat()), { maxLength: 80 });
  fc.assert(
    fc.property(steps, fc.nat(), (sequence, seed) => {
      const tree = new RandomCutTree({ capacity: CAPACITY, dimensions: 2, random: seededRandom(seed) });
      const held: { readonly leaf: number; readonly point: readonly number[] }[] = [];
      for (const step of sequence) {
        if (typeof step !== "number") held.push({ leaf: tree.insert(Float64Array.from(step)), point: step });
        else if (held.length > 0) tree.forget(held.splice(step % held.length, 1)[0]!.leaf);
        if (held.length === 0) assert.equal(tree.root, NO_NODE);
        else checkNode(tree, tree.root, NO_NODE);
        assert.deepEqual(sorted(pointsUnder(tree, tree.root)), sorted(held.map((one) => one.point)));
      }
    }),
    { numRuns: 300 },
  );
});

test("forget() of a point that was inserted gives back the same tree", () => {
  const value = fc.oneof(fc.integer({ min: 0, max: 4 }), fc.double({ noNaN: true, min: -1e6, max: 1e6 }));
  const points = fc.array(fc.array(value, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: CAPACITY - 1 });
  fc.assert(
    fc.property(points, fc.array(value, { minLength: 3, maxLength: 3 }), fc.nat(), (before, point, seed) => {
      const tree = treeOf(before, seed);
      const shape = shapeOf(tree, tree.root);
      tree.forget(tree.insert(Float64Array.from(point)));
      assert.deepEqual(shapeOf(tree, tree.root), shape);
    }),
    { numRuns: 300 },
  );
});

test("insert() counts points that are the same in one leaf, also when the tree is full", () => {
  const tree = treeOf([[1], [2]], 1);
  const leaf = tree.insert(Float64Array.of(2));
  assert.equal(tree.massOf(leaf), 2);
  assert.equal(tree.mass, 3);
  assert.equal(tree.insert(Float64Array.of(-0)), tree.insert(Float64Array.of(0)));
  assert.throws(() => {
    for (let value = 10; value < 10 + CAPACITY; value++) tree.insert(Float64Array.of(value));
  }, /no more points than its capacity/);
});

test("cuts are drawn in proportion to the sides of the box", () => {
  const dimensions = seeds(4000).map((seed) => {
    const tree = treeOf(
      [
        [0, 5, 0],
        [3, 5, 1],
      ],
      seed,
    );
    return tree.cutDimensionOf(tree.root);
  });
  assert.ok(!dimensions.includes(1), "a column that is constant is never cut");
  near(
    shareOf(dimensions, (dimension) => dimension === 0),
    3 / 4,
    0.03,
  );
  const cuts = seeds(4000)
    .map((seed) => treeOf([[-8], [8]], seed))
    .map((tree) => tree.cutOf(tree.root));
  for (const quarter of [-4, 0, 4])
    near(
      shareOf(cuts, (cut) => cut < quarter),
      (quarter + 8) / 16,
      0.03,
    );
});

test("a tree is distributed alike however its points came: in any order, or with others that were forgotten", () => {
  const rootCutsOffTen = (order: readonly number[], forgotten: readonly number[]) =>
    shareOf(seeds(4000), (seed) => {
      const tree = treeOf([], seed);
      const leaves = [...order, ...forgotten].map((value) => tree.insert(Float64Array.of(value)));
      for (const leaf of leaves.slice(order.length)) tree.forget(leaf);
      return tree.cutOf(tree.root) >= 1;
    });
  for (const order of [
    [0, 1, 10],
    [10, 1, 0],
    [1, 10, 0],
  ])
    near(rootCutsOffTen(order, []), 0.9, 0.02);
  near(rootCutsOffTen([10, 0, 1], [-5, 5, 30]), 0.9, 0.02);
});

test("the same seed cuts alike when all is moved, or made larger or smaller by a power of two", () => {
  const points = fc.array(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 2, maxLength: 2 }), {
    minLength: 2,
    maxLength: CAPACITY,
  });
  fc.assert(
    fc.property(points, fc.nat(), fc.integer({ min: -900, max: 900 }), (before, seed, exponent) => {
      const tree = treeOf(before, seed);
      const factor = 2 ** exponent;
      const scaled = treeOf(
        before.map((point) => point.map((value) => value * factor)),
        seed,
      );
      assert.deepEqual(shapeOf(scaled, scaled.root, factor), shapeOf(tree, tree.root));
      const moved = treeOf(
        before.map((point) => point.map((value) => value + 4096)),
        seed,
      );
      assert.deepEqual(partition(moved, moved.root, 4096), partition(tree, tree.root, 0));
    }),
    { numRuns: 200 },
  );
});

test("cuts stay between points that are next to each other, or as far apart as can be", () => {
  for (const [low, high] of [
    [1, 1 + Number.EPSILON],
    [0, Number.MIN_VALUE],
    [-Number.MAX_VALUE / 4, Number.MAX_VALUE / 4],
  ] as const) {
    for (const seed of seeds(50)) {
      const tree = treeOf(
        [
          [low, 7],
          [high, 7],
        ],
        seed,
      );
      checkNode(tree, tree.root, NO_NODE);
    }
  }
});

function treeOf(points: readonly (readonly number[])[], seed: number): RandomCutTree {
  const dimensions = points[0]?.length ?? 1;
  const tree = new RandomCutTree({ capacity: CAPACITY, dimensions, random: seededRandom(seed) });
  for (const point of points) tree.insert(Float64Array.from(point));
  return tree;
}

function seeds(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index * 7919);
}

function shareOf<T>(values: readonly T[], holds: (value: T) => boolean): number {
  return values.filter(holds).length / values.length;
}

function near(actual: number, expected: number, margin: number): void {
  assert.ok(Math.abs(actual - expected) <= margin, `${actual} is not within ${margin} of ${expected}`);
}

function pointsUnder(tree: RandomCutTree, node: number): readonly (readonly number[])[] {
  if (node === NO_NODE) return [];
  if (!tree.isLeaf(node)) return [tree.leftOf(node), tree.rightOf(node)].flatMap((child) => pointsUnder(tree, child));
  const point = Array.from({ length: tree.dimensions }, (_, dimension) => tree.lowOf(node, dimension));
  return Array.from({ length: tree.massOf(node) }, () => point);
}

function sorted(points: readonly (readonly number[])[]): readonly string[] {
  return points.map((point) => point.map((value) => value + 0).join()).sort();
}

/** Counts everything anew from the points below and compares. */
function checkNode(tree: RandomCutTree, node: number, parent: number): void {
  const points = pointsUnder(tree, node);
  assert.equal(tree.parentOf(node), parent);
  assert.equal(tree.massOf(node), points.length);
  let sides = 0;
  for (let dimension = 0; dimension < tree.dimensions; dimension++) {
    const values = points.map((point) => point[dimension]!);
    assert.equal(tree.lowOf(node, dimension), Math.min(...values));
    assert.equal(tree.highOf(node, dimension), Math.max(...values));
    sides += Math.max(...values) - Math.min(...values);
  }
  assert.equal(tree.sidesOf(node), sides);
  if (tree.isLeaf(node)) return;
  const onSide = (child: number) => pointsUnder(tree, child).map((point) => point[tree.cutDimensionOf(node)]!);
  assert.ok(Math.max(...onSide(tree.leftOf(node))) <= tree.cutOf(node));
  assert.ok(Math.min(...onSide(tree.rightOf(node))) > tree.cutOf(node));
  checkNode(tree, tree.leftOf(node), node);
  checkNode(tree, tree.rightOf(node), node);
}

/** All that a tree is, but for the numbers of its nodes and the sign of zero; lengths are divided by `factor`. */
function shapeOf(tree: RandomCutTree, node: number, factor = 1): unknown {
  const low = Array.from({ length: tree.dimensions }, (_, dimension) => tree.lowOf(node, dimension) / factor + 0);
  const high = Array.from({ length: tree.dimensions }, (_, dimension) => tree.highOf(node, dimension) / factor + 0);
  const box = { low, high, mass: tree.massOf(node), sides: tree.sidesOf(node) / factor };
  if (tree.isLeaf(node)) return box;
  const cut = { dimension: tree.cutDimensionOf(node), at: tree.cutOf(node) / factor };
  return {
    ...box,
    cut,
    left: shapeOf(tree, tree.leftOf(node), factor),
    right: shapeOf(tree, tree.rightOf(node), factor),
  };
}

/** Which points lie on which side of which cuts; where exactly the cuts lie is subject to rounding. */
function partition(tree: RandomCutTree, node: number, offset: number): unknown {
  if (tree.isLeaf(node)) return pointsUnder(tree, node).map((point) => point.map((value) => value - offset));
  const children = [tree.leftOf(node), tree.rightOf(node)].map((child) => partition(tree, child, offset));
  return [tree.cutDimensionOf(node), ...children];
}
