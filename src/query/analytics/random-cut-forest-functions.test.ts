import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../std/json.ts";
import { seededRandom } from "../../std/random.ts";
import { explainedForestFunction, randomCutForestFunction } from "./random-cut-forest-functions.ts";
import { type AddedBatch, addColumns, type TableFunctionDefinition } from "./table-function.ts";

const OPTIONS = { numberOfTrees: 20, subSampleSize: 50 };

test("random_cut_forest_with_explanation says which columns are strange, in Amazon's JSON", async () => {
  const rows = usualRows(150).with(120, [20, 0.5]).with(140, [0.5, -20]);
  const options = { ...OPTIONS, withDirectionality: true };
  const [scores, explanations] = await answersOf(explainedForestFunction, options, ["Systolic", "Diastolic"], rows);
  const explained = explanations!.map((text) => JSON.parse(String(text)));
  assert.deepEqual(explained[0], {
    Systolic: { DIRECTION: "LOW", STRENGTH: "0.0000", ATTRIBUTION_SCORE: "0.0000" },
    Diastolic: { DIRECTION: "LOW", STRENGTH: "0.0000", ATTRIBUTION_SCORE: "0.0000" },
  });
  for (const [index, { Systolic, Diastolic }] of explained.entries()) {
    const sum = Number(Systolic.ATTRIBUTION_SCORE) + Number(Diastolic.ATTRIBUTION_SCORE);
    assert.ok(Math.abs(sum - Number(scores![index])) <= 0.0001001, `row ${index}: ${sum} of ${scores![index]}`);
  }
  assert.equal(explained[120].Systolic.DIRECTION, "HIGH");
  assert.ok(Number(explained[120].Systolic.ATTRIBUTION_SCORE) > 5 * Number(explained[120].Diastolic.ATTRIBUTION_SCORE));
  assert.equal(explained[140].Diastolic.DIRECTION, "LOW");
  assert.ok(Number(explained[140].Diastolic.STRENGTH) > 5 * Number(explained[140].Systolic.STRENGTH));
});

test("random_cut_forest_with_explanation sums shingles up by column, and keeps directions to itself unless asked", async () => {
  const rows = usualRows(120);
  const columns = ["a", "b"];
  const options = { ...OPTIONS, shingleSize: 4 };
  const [scores, explanations] = await answersOf(explainedForestFunction, options, columns, rows);
  assert.deepEqual(scores, (await answersOf(randomCutForestFunction, options, columns, rows))[0]);
  const last = JSON.parse(String(explanations!.at(-1)));
  assert.deepEqual(Object.keys(last.a), ["ATTRIBUTION_SCORE"]);
  const sum = Number(last.a.ATTRIBUTION_SCORE) + Number(last.b.ATTRIBUTION_SCORE);
  assert.ok(Math.abs(sum - Number(scores!.at(-1))) <= 0.0001001);
});

test("a forest that would not fit is refused with what makes it so large", () => {
  const columns = Array.from({ length: 30 }, (_, index) => `c${index}`);
  assert.throws(
    () => randomCutForestFunction.open({ numberOfTrees: 1000, subSampleSize: 1000, shingleSize: 30 }, columns),
    {
      code: "forest-too-large",
      message: /at most 1024 MiB, got \d+ MiB: numberOfTrees 1000 x .* 30 columns x .* 30; lower/,
    },
  );
});

function usualRows(count: number): readonly (readonly number[])[] {
  const random = seededRandom(5);
  return Array.from({ length: count }, () => [random.fraction(), random.fraction()]);
}

async function answersOf(
  definition: TableFunctionDefinition,
  options: JsonObject,
  columns: readonly string[],
  rows: readonly (readonly number[])[],
): Promise<AddedBatch> {
  const batch = { rowCount: rows.length, columns: columns.map((_, column) => rows.map((row) => row[column])) };
  async function* batches() {
    yield batch;
  }
  const answers: AddedBatch[] = [];
  for await (const added of addColumns(definition, options, columns, batches())) answers.push(added);
  return answers[0]!;
}
