import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject, JsonValue } from "../../std/json.ts";
import { checkCall, tableFunctions } from "./registry.ts";

test("table functions stand in the order of the alphabet, each once", () => {
  const names = tableFunctions.map(({ name }) => name);
  assert.deepEqual(names, [...new Set(names)].sort());
});

test("every argument has a description and an example that its function takes", () => {
  for (const { optionsSchema, positionalArguments } of tableFunctions) {
    const { properties = {} } = optionsSchema.toJSONSchema({ io: "input" });
    const required = "scanRadius" in properties ? { scanRadius: 1 } : {};
    for (const name of positionalArguments) assert.ok(name in properties, `${name} has no option`);
    for (const [name, option] of Object.entries(properties)) {
      assert.ok(typeof option === "object" && option.description !== undefined, `${name} has no description`);
      for (const example of option.examples ?? []) optionsSchema.parse({ ...required, [name]: example as JsonValue });
      assert.notEqual(option.examples?.length ?? 0, 0, `${name} has no example`);
    }
  }
});

test("checkCall() takes Amazon's calls as they are, and fills in what is left out", () => {
  assert.deepEqual(checkCall(callOf("RANDOM_CUT_FOREST", [])).options, {
    numberOfTrees: 100,
    subSampleSize: 256,
    timeDecay: 100_000,
    shingleSize: 1,
    scoring: "depth",
    seed: 0,
  });
  const explained = checkCall(callOf("RANDOM_CUT_FOREST_WITH_EXPLANATION", [256, 512, 4320, 4, true], { seed: 3 }));
  assert.equal(explained.definition.name, "random_cut_forest_with_explanation");
  assert.deepEqual(explained.options, {
    numberOfTrees: 256,
    subSampleSize: 512,
    timeDecay: 4320,
    shingleSize: 4,
    withDirectionality: true,
    seed: 3,
  });
  assert.deepEqual(checkCall(callOf("HOTSPOTS", [1000, 0.2, 17])).options, {
    windowSize: 1000,
    scanRadius: 0.2,
    minimumNumberOfPointsInAHotspot: 17,
    distance: "absolute",
  });
});

test("checkCall() refuses arguments outside of their ranges, by name", () => {
  const cases: readonly (readonly [string, readonly JsonValue[], RegExp])[] = [
    ["random_cut_forest", [0], /^random_cut_forest: .*>=1.*numberOfTrees/],
    ["random_cut_forest", [1001], /<=1000.*numberOfTrees/],
    ["random_cut_forest", [100, 9], />=10.*subSampleSize/],
    ["random_cut_forest", [100, 1001], /<=1000.*subSampleSize/],
    ["random_cut_forest", [100, 256, 256], /less than timeDecay, which is 256, got 256.*subSampleSize/],
    ["random_cut_forest", [100, 256, 2_147_483_648], /<=2147483647.*timeDecay/],
    ["random_cut_forest", [100, 256, 1000, 31], /<=30.*shingleSize/],
    ["random_cut_forest", [1.5], /expected int.*numberOfTrees/],
    ["random_cut_forest", ["many"], /expected number.*numberOfTrees/],
    ["random_cut_forest", [1, 20, 30, 1, true], /at most 4 behind the input \(numberOfTrees, .*\), got 5/],
    ["random_cut_forest_with_explanation", [1, 20, 20], /less than timeDecay/],
    ["random_cut_forest_with_explanation", [1, 20, 30, 1, "yes"], /expected boolean.*withDirectionality/],
    ["hotspots", [], /expected number.*scanRadius/],
    ["hotspots", [99, 1], />=100.*windowSize/],
    ["hotspots", [1001, 1], /<=1000.*windowSize/],
    ["hotspots", [100, 0], />0.*scanRadius/],
    ["hotspots", [100, 1, 1], />=2.*minimumNumberOfPointsInAHotspot/],
    ["hotspots", [100, 1, 101], /at most windowSize, which is 100, got 101.*minimumNumberOfPointsInAHotspot/],
  ];
  for (const [name, positional, message] of cases) {
    assert.throws(
      () => checkCall(callOf(name, positional)),
      { code: "invalid-argument", message },
      `${name}(${positional})`,
    );
  }
  const named = (options: JsonObject) => checkCall(callOf("random_cut_forest", [100], options));
  assert.throws(() => named({ numberOfTrees: 5 }), /numberOfTrees is given twice/);
  assert.throws(() => named({ trees: 5 }), /Unrecognized key: "trees"/);
  assert.throws(() => named({ seed: -1 }), />=0.*seed/);
});

test("checkCall() says which functions there are, and what an input has to be", () => {
  assert.throws(() => checkCall(callOf("cold_spots", [])), {
    code: "unknown-table-function",
    message:
      "Expected a table function of hotspots, random_cut_forest, random_cut_forest_with_explanation; got cold_spots",
  });
  const input = (columns: readonly string[], numberColumns: readonly string[]) => () =>
    checkCall({ name: "random_cut_forest", positional: [], named: {}, columns, numberColumns });
  const many = Array.from({ length: 31 }, (_, index) => `c${index}`);
  assert.throws(input(["a"], []), { code: "invalid-input", message: /1 to 30 numeric columns in the input, got 0/ });
  assert.throws(input(many, many), { code: "invalid-input", message: /got 31/ });
  assert.throws(input(["x", "anomaly_score"], ["x"]), {
    code: "invalid-input",
    message: /anomaly_score, .*; rename/,
  });
});

function callOf(name: string, positional: readonly JsonValue[], named: JsonObject = {}) {
  return { name, positional, named, columns: ["x", "sector"], numberColumns: ["x"] };
}
