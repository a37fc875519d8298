import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Random, seededRandom } from "../../std/random.ts";
import { RandomCutTree } from "./random-cut-tree.ts";
import { type Attribution, addAttribution, collusiveDisplacement, depthScore } from "./tree-scores.ts";

test("depthScore() is the expected depth at which a point is cut off", () => {
  const tree = treeOf([[0], [1]]);
  const normalizer = Math.log2(3);
  close(depthScore(tree, Float64Array.of(0.5)), (1 / 2) * normalizer);
  // Two thirds of the box with the point are outside of the tree's, so the root cuts it off with that probability.
  close(depthScore(tree, Float64Array.of(3)), (2 / 3 + (1 / 3) * (1 / 2)) * normalizer);
  close(depthScore(tree, Float64Array.of(1)), ((1 - 1 / 4) / 2) * normalizer);
  assert.equal(depthScore(treeOf([]), Float64Array.of(1)), 0);
  close(depthScore(treeOf([[4], [4]]), Float64Array.of(4)), 1 / 2);
  close(depthScore(treeOf([[4], [4]]), Float64Array.of(5)), Math.log2(3));
});

test("collusiveDisplacement() is how many others a branch moves for each of its own, in the worst case", () => {
  const tree = treeOf([[0], [0], [0], [0]]);
  assert.equal(collusiveDisplacement(tree, tree.root), 0);
  const far = tree.insert(Float64Array.of(10));
  assert.equal(collusiveDisplacement(tree, far), 4);
  assert.equal(collusiveDisplacement(tree, tree.siblingOf(far)), 1 / 4);
});

test("collusiveDisplacement() is not deceived by a colluder", () => {
  const scores = Array.from({ length: 200 }, (_, seed) => {
    const tree = treeOf(
      Array.from({ length: 20 }, (_, index) => [index]),
      seed,
    );
    tree.insert(Float64Array.of(1_000_000));
    return collusiveDisplacement(tree, tree.insert(Float64Array.of(1_000_001)));
  });
  assert.ok(mean(scores) > 9.9, `two far points move 20 others, which is 10 each; got ${mean(scores)}`);
});

test("trees that slid along a stream score like trees that are built anew by the definition", () => {
  const random = seededRandom(17);
  const stream = Array.from({ length: 60 }, () => [random.fraction(), 3 * random.fraction() ** 2]);
  const size = 16;
  const kept = stream.slice(-size);
  for (const asked of [
    [0.5, 0.1],
    [0.9, 2.5],
    [-1, 1],
  ]) {
    const point = Float64Array.from(asked);
    const slid = Array.from({ length: 400 }, (_, seed) => {
      const tree = slidingTree(stream, size, seed);
      const depth = depthScore(tree, point);
      return { depth, displacement: collusiveDisplacement(tree, tree.insert(point)) };
    });
    const anew = Array.from({ length: 4000 }, () => buildTowards(asked, [...kept, asked], random));
    for (const measure of ["depth", "displacement"] as const) {
      const [actual, expected] = [slid, anew].map((scores) => mean(scores.map((score) => score[measure])));
      assert.ok(Math.abs(actual! / expected! - 1) < 0.08, `${measure} of ${asked}: ${actual}, anew ${expected}`);
    }
  }
});

test("addAttribution() shares out the depth score, for points that are known too", () => {
  const point = fc.array(fc.integer({ min: -1, max: 1 }), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(fc.array(point, { minLength: 1, maxLength: 30 }), point, fc.nat(), (points, asked, seed) => {
      const tree = treeOf(points, seed);
      const attribution = attributionOf(tree, asked, 0.5);
      close(total(attribution.high) + total(attribution.low), depthScore(tree, Float64Array.from(asked)) / 2);
      assert.ok([...attribution.high, ...attribution.low].every((share) => share >= 0));
    }),
    { numRuns: 300 },
  );
});

test("addAttribution() says which dimension is strange, and in which direction", () => {
  const random = seededRandom(9);
  const points = Array.from({ length: 30 }, () => [random.fraction(), random.fraction()]);
  const { high, low } = attributionOf(treeOf(points), [0.5, -20], 1);
  assert.ok(low[1]! > 10 * (high[0]! + low[0]! + high[1]!), `got high ${high}, low ${low}`);
});

function treeOf(points: readonly (readonly number[])[], seed = 1): RandomCutTree {
  const dimensions = points[0]?.length ?? 1;
  const tree = new RandomCutTree({ capacity: 32, dimensions, random: seededRandom(seed) });
  for (const point of points) tree.insert(Float64Array.from(point));
  return tree;
}

/** A tree that was given all points and forgot each when it was `size` points old. */
function slidingTree(points: readonly (readonly number[])[], size: number, seed: number): RandomCutTree {
  const tree = new RandomCutTree({ capacity: size + 1, dimensions: 2, random: seededRandom(seed) });
  const leaves: number[] = [];
  for (const point of points) {
    if (leaves.length === size) tree.forget(leaves.shift()!);
    leaves.push(tree.insert(Float64Array.from(point)));
  }
  return tree;
}

/** Cuts all points at random until one is alone: how deep it lies, times the normalizer of the others, and what it displaces. */
function buildTowards(one: readonly number[], points: readonly (readonly number[])[], random: Random) {
  let [around, depth, displacement] = [points, 0, 0];
  while (around.length > 1) {
    const columns = one.map((_, dimension) => around.map((point) => point[dimension]!));
    const sides = columns.map((values) => Math.max(...values) - Math.min(...values));
    let drawn = random.fraction() * sides.reduce((sum, side) => sum + side);
    let dimension = 0;
    while (drawn >= sides[dimension]!) drawn -= sides[dimension++]!;
    const cut = Math.min(...columns[dimension]!) + drawn;
    const isLeft = one[dimension]! <= cut;
    const branch = around.filter((point) => point[dimension]! <= cut === isLeft);
    displacement = Math.max(displacement, (around.length - branch.length) / branch.length);
    depth++;
    around = branch;
  }
  return { depth: Math.log2(points.length) / depth, displacement };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value) / values.length;
}

function attributionOf(tree: RandomCutTree, point: readonly number[], weight: number): Attribution {
  const empty = () => ({ high: new Float64Array(tree.dimensions), low: new Float64Array(tree.dimensions) });
  const sum = empty();
  addAttribution(tree, Float64Array.from(point), weight, sum, empty());
  return sum;
}

function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function close(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= 1e-9 * Math.max(1, expected), `${actual} is not ${expected}`);
}
