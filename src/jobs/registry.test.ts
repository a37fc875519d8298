import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { jobKinds } from "./registry.ts";
import { parseOptions } from "./run-execution.ts";

test("kinds of jobs stand in the order of the alphabet, each with a sentence", () => {
  const names = jobKinds.map(({ name }) => name);
  assert.deepEqual(names, [...new Set(names)].sort());
  for (const { name, description } of jobKinds) assert.match(description, /^[A-Z].+\.$/, name);
});

test("examples of the options of each kind are taken by the kind", () => {
  for (const kind of jobKinds) {
    const examples = (z.globalRegistry.get(kind.options)?.examples ?? []) as readonly object[];
    for (const example of examples) parseOptions(kind, example);
  }
});

test("each kind says which option it does not know", () => {
  for (const kind of jobKinds) {
    assert.throws(() => parseOptions(kind, { colour: "red" }), { code: "invalid", message: /colour/ }, kind.name);
  }
});
