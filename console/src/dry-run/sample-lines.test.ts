import assert from "node:assert/strict";
import { test } from "node:test";
import { recordsIn } from "./sample-lines.ts";

test("recordsIn() takes a record from each line that holds anything", () => {
  assert.deepEqual(recordsIn('{"n":1}\n\n  \n b\n'), ['{"n":1}\n', " b\n"]);
  assert.deepEqual(recordsIn(""), []);
});
