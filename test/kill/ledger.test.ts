import assert from "node:assert/strict";
import { test } from "node:test";
import { Ledger } from "./ledger.ts";

function ledger(): Ledger {
  const made = new Ledger();
  for (const record of ["yes", "no", "perhaps"]) made.send(record);
  made.settle("yes", "acknowledged");
  made.settle("no", "refused");
  return made;
}

test("Ledger accepts acknowledged records once, and unknown ones once or never", () => {
  assert.deepEqual(ledger().problemsOf(["yes"]), []);
  assert.deepEqual(ledger().problemsOf(["yes", "perhaps"]), []);
});

test("Ledger finds what is lost, doubled, invented, and delivered although refused", () => {
  const problems = ledger().problemsOf(["perhaps", "perhaps", "no", "other"]);
  assert.deepEqual(problems, [
    "delivered 2 times (unknown): perhaps",
    "refused and delivered: no",
    "invented: other",
    "acknowledged and lost: yes",
  ]);
});
