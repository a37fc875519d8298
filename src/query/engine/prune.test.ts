import assert from "node:assert/strict";
import { test } from "node:test";
import type { Comparison, Condition, Literal } from "../dialect/condition.ts";
import { mayHold } from "./prune.ts";

const KEYS = [
  { name: "year", type: "string", value: "2019" },
  { name: "n", type: "int", value: "007" },
  { name: "d", type: "date", value: "2019-12-31" },
  { name: "none", type: "string", value: "__HIVE_DEFAULT_PARTITION__" },
];

function compare(column: string, operator: Comparison, value: Literal): Condition {
  return { kind: "compare", column: column.split("."), operator, value };
}

const holds = (condition: Condition) => mayHold(condition, KEYS, ["t", "db.t"]);

test("mayHold() compares texts as texts, whole numbers as numbers, dates as dates", () => {
  assert.ok(holds(compare("year", "=", "2019")) && !holds(compare("year", "=", "2020")));
  assert.ok(holds(compare("year", "<", "3")) && !holds(compare("year", "<>", "2019")));
  assert.ok(holds(compare("n", "=", 7)) && holds(compare("n", "=", "7")) && !holds(compare("n", ">", 7)));
  assert.ok(holds(compare("d", ">=", "2019-12-31")) && !holds(compare("d", "<", "2019-12-31")));
});

test("mayHold() keeps what it cannot judge", () => {
  assert.ok(holds(compare("other", "=", "x")));
  assert.ok(holds(compare("year", "=", 2020)), "a text against a number is the query's business");
  assert.ok(holds(compare("none", "=", "x")), "a partition of nulls");
  assert.ok(holds(compare("u.year", "=", "2020")), "the column of another table");
  assert.ok(!holds(compare("t.year", "=", "2020")) && !holds(compare("db.t.year", "=", "2020")));
});

test("mayHold() combines with three values", () => {
  const yes = compare("year", "=", "2019");
  const no = compare("year", "=", "2020");
  const unknown: Condition = { kind: "unknown" };
  assert.ok(!holds({ kind: "and", parts: [unknown, no] }));
  assert.ok(holds({ kind: "or", parts: [unknown, no] }) && !holds({ kind: "or", parts: [no, no] }));
  assert.ok(!holds({ kind: "not", part: yes }) && holds({ kind: "not", part: unknown }));
  const isIn = (values: readonly Literal[], negated: boolean): Condition => ({
    kind: "in",
    column: ["year"],
    values,
    negated,
  });
  assert.ok(holds(isIn(["2018", "2019"], false)) && !holds(isIn(["2018"], false)));
  assert.ok(!holds(isIn(["2018", "2019"], true)) && holds(isIn(["2018"], true)));
});
