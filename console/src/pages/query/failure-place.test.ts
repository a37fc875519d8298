import assert from "node:assert/strict";
import { test } from "node:test";
import { failurePlace, placeText } from "./failure-place.ts";

function marked(sql: string, message: string): string | undefined {
  const place = failurePlace(sql, message);
  return place && `${sql.slice(0, place.from)}[${sql.slice(place.from, place.to)}]${sql.slice(place.to)}`;
}

test("failurePlace() is where the grammar says, and at the last word where something is missing at the end", () => {
  const message = "Line 2:6: expected a closing bracket, got FROM";
  assert.equal(marked("SELECT (1\n     FROM t", message), "SELECT (1\n     [FROM] t");
  assert.equal(marked("CREATE TABLE x", "Line 1:15: expected AS, got the end of the statement"), "CREATE TABLE [x]");
  assert.equal(marked("SELECT 1 +\n", "syntax error at end of input"), "SELECT 1 [+]\n");
});

test("failurePlace() finds what a failure names, outside texts and comments", () => {
  const sql = "SELECT 'nope', -- nope\n nope FROM t";
  assert.equal(marked(sql, 'Referenced column "nope" not found'), "SELECT 'nope', -- nope\n [nope] FROM t");
  assert.equal(marked("SELECT b FRO b", 'syntax error at or near ""b""'), "SELECT b FRO [b]");
  assert.equal(marked("SELECT foo(1)", "The function foo is not supported: …"), "SELECT [foo](1)");
  assert.equal(marked("SELECT * FROM Orders", "There is no table sales.orders"), "SELECT * FROM [Orders]");
  assert.equal(marked("SELEC 1", "SELEC is not supported: there are SELECT, …"), "[SELEC] 1");
});

test("failurePlace() of a failure that is nowhere is nothing", () => {
  assert.equal(marked("SELECT 1", "The query needs more memory than it may have"), undefined);
  assert.equal(marked("", "syntax error at end of input"), undefined);
});

test("placeText() counts lines and columns from one", () => {
  assert.equal(placeText("a\nbc", { from: 3, to: 4 }), "line 2, column 2");
});
