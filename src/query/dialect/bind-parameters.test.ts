import assert from "node:assert/strict";
import { test } from "node:test";
import { QueryError } from "../query-error.ts";
import { bindParameters } from "./bind-parameters.ts";

/** What stands for the only parameter. */
function bound(value: string): string {
  return bindParameters("select ?", [value]).slice("select ".length).trim();
}

test("bindParameters() takes literals as they are", () => {
  for (const value of ["1", "1.5e3", "'it''s'", "true", "NULL", "X'0aff'"]) assert.equal(bound(value), value);
  assert.equal(bound("-1.5"), "- 1.5");
  assert.equal(bound("DATE '2026-01-01'"), "DATE '2026-01-01'");
  assert.equal(bound("timestamp '2026-01-01 00:00:00'"), "timestamp '2026-01-01 00:00:00'");
});

test("bindParameters() makes a text of everything else", () => {
  const hostile = [
    "plain words",
    "",
    "O'Neil",
    "1 or 1=1",
    "'a' or 'a'='a'",
    "'; drop table t",
    "(select 1)",
    "version",
    '"name"',
    "getenv('HOME')",
    "interval '1' day",
    "\\' or 1=1",
  ];
  for (const value of hostile) assert.equal(bound(value), `'${value.replaceAll("'", "''")}'`);
});

test("bindParameters() leaves comments of a value behind", () => {
  assert.equal(bindParameters("select ? and x", ["1 -- "]).replaceAll(/\s+/g, " "), "select 1 and x");
  assert.equal(bindParameters("select ? and x", ["'a' /* b"]).replaceAll(/\s+/g, " "), "select '''a'' /* b' and x");
  assert.equal(bindParameters("select 1-?", ["-1"]), "select 1- - 1 ");
});

test("bindParameters() goes by the order, past texts, names and comments", () => {
  const sql = "select '?', \"?\", ? -- ?\n from t where a = ? /* ? */";
  assert.equal(bindParameters(sql, ["1", "x"]), "select '?', \"?\",  1  -- ?\n from t where a =  'x'  /* ? */");
});

test("bindParameters() refuses another number of values, and statements of the catalog", () => {
  const refused = (sql: string, values: readonly string[], message: RegExp) =>
    assert.throws(
      () => bindParameters(sql, values),
      (error) => error instanceof QueryError && message.test(error.message),
    );
  refused("select ?", ["1", "2"], /expected 1 but found 2/);
  refused("select 1", ["1"], /expected 0 but found 1/);
  refused("drop table ?", ["t"], /not supported/);
});
