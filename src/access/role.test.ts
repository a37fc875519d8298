import assert from "node:assert/strict";
import { test } from "node:test";
import { covers, ROLES } from "./role.ts";

test("covers(): a role may all that those before it may, and nothing of those after it", () => {
  const table = ROLES.map((has) => ROLES.map((needed) => covers(has, needed)));
  assert.deepEqual(table, [
    [true, false, false],
    [true, true, false],
    [true, true, true],
  ]);
});
