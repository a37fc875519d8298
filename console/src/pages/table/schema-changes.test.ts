import assert from "node:assert/strict";
import { test } from "node:test";
import { schemaChanges } from "./schema-changes.ts";

test("schemaChanges() says what was added, changed and removed", () => {
  const before = [
    { name: "id", type: "int" },
    { name: "old", type: "string" },
  ];
  const after = [
    { name: "id", type: "bigint" },
    { name: "at", type: "timestamp" },
  ];
  assert.deepEqual(schemaChanges(before, after), ["added at timestamp", "id from int to bigint", "removed old"]);
  assert.deepEqual(schemaChanges(before, before), []);
});
