import assert from "node:assert/strict";
import { test } from "node:test";
import { createProcessor, isPure, processors } from "./registry.ts";

test("processors stand in the order of the alphabet, each once", () => {
  const types = processors.map((definition) => definition.type);
  assert.deepEqual(types, [...new Set(types)].sort());
});

test("isPure() holds for the empty chain and for chains of pure processors", () => {
  assert.equal(isPure([]), true);
  assert.equal(isPure([{ type: "escape", options: {} }]), true);
});

test("createProcessor() names what there is when a type is unknown", () => {
  assert.throws(() => createProcessor({ type: "no-such", options: {} }), {
    code: "unknown-processor",
    message: /escape.*no-such/,
  });
});
