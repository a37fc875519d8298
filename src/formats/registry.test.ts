import assert from "node:assert/strict";
import { test } from "node:test";
import { compressions } from "./compression/registry.ts";
import { formatOf, formats } from "./registry.ts";

test("formats and compressions stand in the order of the alphabet, under their own names", () => {
  const types = formats.map((format) => format.type);
  assert.deepEqual(types, [...new Set(types)].sort());
  assert.deepEqual(Object.keys(compressions), Object.keys(compressions).sort());
  for (const [name, compression] of Object.entries(compressions)) assert.equal(compression.type, name);
});

test("formatOf() names what there is when a format is unknown", () => {
  assert.equal(formatOf("raw").type, "raw");
  assert.throws(() => formatOf("no-such"), { code: "unknown-format", message: /raw.*no-such/ });
});
