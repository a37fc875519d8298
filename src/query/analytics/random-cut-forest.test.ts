import assert from "node:assert/strict";
import { test } from "node:test";
import { type Random, seededRandom } from "../../std/random.ts";
import {
  FOREST_COLUMNS_MAX,
  RandomCutForest,
  type RandomCutForestOptions,
  SHINGLE_SIZE_MAX,
} from "./random-cut-forest.ts";

const SCORINGS = ["depth", "displacement"] as const;

test("planted anomalies have the highest scores, with any seed", () => {
  for (const scoring of SCORINGS) {
    for (let seed = 0; seed < 12; seed++) {
      const random = seededRandom(1000 + seed);
      const planted = [300, 377, 455];
      const rows = Array.from({ length: 500 }, (_, index) =>
        planted.includes(index) ? [8, 8 * (index % 2)] : [normal(random), normal(random)],
      );
      const scores = scoresOf(rows, { seed, scoring });
      for (const index of planted) {
        const higher = scores.filter((score) => score > scores[index]!).length;
        assert.ok(higher < 10, `${scoring}, seed ${seed}: ${higher} rows score higher than planted row ${index}`);
      }
    }
  }
});

test("an anomaly between the clusters is found, where no column alone is strange", () => {
  for (let seed = 0; seed < 8; seed++) {
    const random = seededRandom(seed);
    const rows = Array.from({ length: 400 }, (_, index) => {
      const cluster = index % 2 === 0 ? 0 : 10;
      const swapped = index === 350;
      return [cluster + normal(random) / 4, (swapped ? 10 - cluster : cluster) + normal(random) / 4];
    });
    const scores = scoresOf(rows, { seed });
    const higher = scores.filter((score) => score > scores[350]!).length;
    assert.ok(higher < 4, `seed ${seed}: ${higher} rows score higher`);
  }
});

test("scores are 0 until the trees have their samples, then within their range", () => {
  const random = seededRandom(4);
  const rows = Array.from({ length: 200 }, () => [normal(random)]);
  for (const scoring of SCORINGS) {
    for (const shingleSize of [1, 3]) {
      const scores = scoresOf(rows, { scoring, shingleSize, subSampleSize: 64 });
      const learning = 64 + shingleSize - 1;
      assert.ok(scores.slice(0, learning).every((score) => score === 0));
      assert.ok(scores.slice(learning).every((score) => score > 0));
      const most = scoring === "depth" ? Math.log2(65) : 64;
      assert.ok(scores.every((score) => score <= most));
    }
  }
});

test("the usual scores about 1 by depth, as Amazon's does", () => {
  const random = seededRandom(4);
  const scores = scoresOf(Array.from({ length: 1000 }, () => [normal(random)])).slice(-500);
  const mean = scores.reduce((sum, score) => sum + score) / scores.length;
  assert.ok(mean > 0.6 && mean < 1.2, `the mean score is ${mean}`);
});

test("the same seed gives the same scores, another seed others", () => {
  const random = seededRandom(2);
  const rows = Array.from({ length: 150 }, () => [normal(random), normal(random)]);
  for (const scoring of SCORINGS) {
    const scores = scoresOf(rows, { scoring, seed: 7 });
    assert.deepEqual(scoresOf(rows, { scoring, seed: 7 }), scores);
    assert.notDeepEqual(scoresOf(rows, { scoring, seed: 8 }), scores);
  }
});

test("scores are the same when all columns are moved by whole numbers, or scaled by a power of two", () => {
  const random = seededRandom(6);
  const rows = Array.from({ length: 150 }, () => [Math.round(100 * normal(random)), Math.round(100 * normal(random))]);
  for (const scoring of SCORINGS) {
    const scores = scoresOf(rows, { scoring });
    for (const factor of [2 ** 40, 2 ** -300]) {
      assert.deepEqual(
        scoresOf(
          rows.map((row) => row.map((value) => value * factor)),
          { scoring },
        ),
        scores,
      );
    }
    const moved = scoresOf(
      rows.map((row) => row.map((value) => value + 1_000_000)),
      { scoring },
    );
    for (const [index, score] of moved.entries()) assert.ok(Math.abs(score - scores[index]!) < 0.05 * (1 + score));
  }
});

test("columns that are constant change nothing, and rows that are all the same are not strange", () => {
  const random = seededRandom(6);
  const values = Array.from({ length: 150 }, () => normal(random));
  const alone = scoresOf(values.map((value) => [value]));
  assert.deepEqual(scoresOf(values.map((value) => [5, value, 0])), alone);
  assert.ok(scoresOf(Array.from({ length: 150 }, () => [3])).every((score) => score <= 0.5));
  const sudden = scoresOf(Array.from({ length: 150 }, (_, index) => [index === 149 ? 4 : 3]));
  assert.ok(sudden.at(-1)! > 5);
});

test("the largest and the smallest numbers give finite scores", () => {
  const random = seededRandom(6);
  for (const size of [Number.MAX_VALUE, Number.MIN_VALUE]) {
    const columns = FOREST_COLUMNS_MAX;
    const rows = Array.from({ length: 60 }, () =>
      Array.from({ length: columns }, () => (random.fraction() < 0.5 ? size : -size)),
    );
    for (const scoring of SCORINGS) {
      const options = { scoring, numberOfTrees: 2, subSampleSize: 10, shingleSize: SHINGLE_SIZE_MAX };
      assert.ok(scoresOf(rows, options).every((score) => Number.isFinite(score) && score < 60));
    }
  }
});

test("shingles find a break in a rhythm whose values are all usual", () => {
  const rows = Array.from({ length: 600 }, (_, index) => [Math.sin((index + (index >= 500 ? 10 : 0)) / 3)]);
  const rank = (shingleSize: number) => {
    const scores = scoresOf(rows, { shingleSize, subSampleSize: 200 });
    const best = Math.max(...scores.slice(500, 508));
    return scores.filter((score) => score > best).length;
  };
  assert.ok(rank(8) < 3, `${rank(8)} shingles score higher than the break`);
  assert.ok(rank(1) > 20, "no record alone is strange");
});

test("what is older than timeDecay is forgotten, so that a new level becomes usual and the old one strange", () => {
  const random = seededRandom(6);
  const rows = Array.from({ length: 700 }, (_, index) => [normal(random) + (index >= 400 && index < 699 ? 50 : 0)]);
  for (const scoring of SCORINGS) {
    const scores = scoresOf(rows, { scoring, subSampleSize: 64, timeDecay: 200 });
    const usual = Math.max(...scores.slice(610, 699));
    assert.ok(
      scores[400]! > 1.2 * usual,
      `the first of the new level scores ${scores[400]}, later ones up to ${usual}`,
    );
    assert.ok(scores[699]! > 1.2 * usual, `one of the old level scores ${scores[699]} after it is forgotten`);
  }
});

function scoresOf(rows: readonly (readonly number[])[], options: Partial<RandomCutForestOptions> = {}): number[] {
  const forest = new RandomCutForest({
    columns: rows[0]!.length,
    numberOfTrees: 30,
    subSampleSize: 128,
    timeDecay: 100_000,
    shingleSize: 1,
    scoring: "depth",
    seed: 1,
    ...options,
  });
  return rows.map((row) => forest.next(Float64Array.from(row)));
}

/** Roughly normal, of mean 0 and deviation 1. */
function normal(random: Random): number {
  return Array.from({ length: 12 }, () => random.fraction()).reduce((sum, value) => sum + value) - 6;
}
