// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how parameters of statements are written.
import assert from "node:assert/strict";
import { test } from "node:test";
import { withParameters } from "./parameters.ts";

const PARAMETERS = new Map<string, string | number>([
  ["day", "2026-11-21"],
  ["count", 7],
  ["evil", "x' OR '1'='1"],
]);
const filled = (statement: string) => withParameters(statement, PARAMETERS);

test("parameters become literals, and parts of literals between quotes", () => {
  assert.equal(filled("a = ${day} LIMIT ${count}"), "a = '2026-11-21' LIMIT 7");
  assert.equal(filled("at = 's3://lake/${day}/${count}/'"), "at = 's3://lake/2026-11-21/7/'");
  assert.equal(filled("a - b / 2 = 'it''s ${day}'"), "a - b / 2 = 'it''s 2026-11-21'");
});

test("a value never leaves its literal", () => {
  assert.equal(filled("a = ${evil}"), "a = 'x'' OR ''1''=''1'");
  assert.equal(filled("a = 'the ${evil}'"), "a = 'the x'' OR ''1''=''1'");
});

test("comments stay as they are, names are refused, and so is what nobody knows", () => {
  assert.equal(filled("1 -- ${day} isn't\n/* ${what} ' */ ${count}"), "1 -- ${day} isn't\n/* ${what} ' */ 7");
  assert.throws(() => filled('SELECT "${day}"'), /a value and no name/);
  assert.throws(() => filled("SELECT ${days}"), /\$\{days\}, which is none of \$\{day\}/);
});
