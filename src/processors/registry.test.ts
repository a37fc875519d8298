import assert from "node:assert/strict";
import { test } from "node:test";
import { processorDependencies } from "../../test/fakes/processor-dependencies.ts";
import { createProcessor, processors } from "./registry.ts";

test("processors stand in the order of the alphabet, each once", () => {
  const types = processors.map((definition) => definition.type);
  assert.deepEqual(types, [...new Set(types)].sort());
});

test("createProcessor() names what there is when a type is unknown", () => {
  assert.throws(() => createProcessor({ type: "no-such", options: {} }, processorDependencies()), {
    code: "unknown-processor",
    message: /escape.*no-such/,
  });
});
