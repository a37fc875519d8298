import assert from "node:assert/strict";
import { test } from "node:test";
import { mentionedTables } from "./mentioned-tables.ts";

const TABLES = ["orders", "order", "taxi"].map((name) => ({ database: "sales", name }));

test("mentionedTables() are those whose names are whole words of the text", () => {
  assert.deepEqual(mentionedTables("SELECT o. FROM Orders o", TABLES), ["sales.orders"]);
  assert.deepEqual(mentionedTables('SELECT 1 FROM "sales"."taxi", orders2', TABLES), ["sales.taxi"]);
  assert.deepEqual(mentionedTables("", TABLES), []);
});

test("mentionedTables() asks for no more than a few", () => {
  const many = Array.from({ length: 50 }, (_, at) => ({ database: "sales", name: `t${at}` }));
  assert.equal(mentionedTables(many.map(({ name }) => name).join(" "), many).length, 20);
});
