import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { JsonObject } from "../../std/json.ts";
import { hotspotsFunction } from "./hotspots-function.ts";
import { explainedForestFunction, randomCutForestFunction } from "./random-cut-forest-functions.ts";
import { type AddedValue, addColumns, type TableFunctionDefinition } from "./table-function.ts";

type Value = number | null | undefined;

const FOREST = { numberOfTrees: 5, subSampleSize: 10, timeDecay: 30, shingleSize: 2 };
const CASES: readonly (readonly [TableFunctionDefinition, JsonObject])[] = [
  [randomCutForestFunction, FOREST],
  [explainedForestFunction, FOREST],
  [hotspotsFunction, { windowSize: 100, scanRadius: 0.1, minimumNumberOfPointsInAHotspot: 3, distance: "relative" }],
];

test("addColumns() answers alike however the rows are batched, and leaves out rows with a missing number", async () => {
  const value = fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 0, max: 20 }) }, fc.constantFrom(null, undefined));
  const row = fc.tuple(value, value);
  const lengths = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1 });
  for (const [definition, options] of CASES) {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 20, maxLength: 120 }), lengths, async (rows, batchLengths) => {
        const whole = await answersOf(definition, options, [rows]);
        assert.deepEqual(await answersOf(definition, options, batched(rows, batchLengths)), whole);
        const complete = rows.flatMap((one, index) => (one.every((part) => typeof part === "number") ? [index] : []));
        const alone = await answersOf(definition, options, [complete.map((index) => rows[index]!)]);
        assert.deepEqual(
          complete.map((index) => whole[index]),
          alone,
        );
        const missing = whole.filter((_, index) => !complete.includes(index));
        assert.ok(missing.flat().every((answer) => answer === null));
      }),
      { numRuns: 30 },
    );
  }
});

test("addColumns() refuses numbers that are not finite, and says where the first is", async () => {
  for (const [wrong, name] of [
    [Number.NaN, "NaN"],
    [Number.NEGATIVE_INFINITY, "-Infinity"],
  ] as const) {
    await assert.rejects(
      answersOf(randomCutForestFunction, FOREST, [
        [
          [1, 2],
          [3, 4],
        ],
        [
          [5, 6],
          [7, wrong],
        ],
      ]),
      {
        code: "number-not-finite",
        message: `Expected finite numbers, got ${name} in column y of row 4; leave such rows out in the query, for example with WHERE isfinite(...)`,
      },
    );
  }
});

test("addColumns() does not take a column that is not there for missing numbers", async () => {
  async function* narrow() {
    yield { rowCount: 1, columns: [[1]] };
  }
  const answers = addColumns(randomCutForestFunction, FOREST, ["x", "y"], narrow());
  await assert.rejects(answers[Symbol.asyncIterator]().next(), /Broken invariant: a batch has the columns/);
});

function batched(rows: readonly (readonly Value[])[], lengths: readonly number[]): (readonly Value[])[][] {
  const batches: (readonly Value[])[][] = [];
  let start = 0;
  for (const length of [...lengths, rows.length]) {
    batches.push(rows.slice(start, start + length));
    start += length;
  }
  return batches;
}

/** By row. */
async function answersOf(
  definition: TableFunctionDefinition,
  options: JsonObject,
  batches: readonly (readonly (readonly Value[])[])[],
): Promise<readonly (readonly AddedValue[])[]> {
  async function* inColumns() {
    for (const rows of batches) {
      yield { rowCount: rows.length, columns: [0, 1].map((column) => rows.map((row) => row[column])) };
    }
  }
  const answers: AddedValue[][] = [];
  for await (const added of addColumns(definition, options, ["x", "y"], inColumns())) {
    for (const index of added[0]!.keys()) answers.push(added.map((column) => column[index] ?? null));
  }
  return answers;
}
