import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { namePattern } from "./name-pattern.ts";

test("namePattern() matches whole names as regular expressions do", () => {
  const cases: [string, string[], string[]][] = [
    ["orders", ["orders"], ["order", "orders2", "xorders"]],
    ["orders.*", ["orders", "orders_2024"], ["my_orders"]],
    [".*2024|returns", ["o_2024", "returns"], ["2024_o"]],
    ["*_x", ["a_x", "_x"], ["x"]],
    ["^Orders$", ["orders"], ["orders1"]],
    ["o[a-c]+d?", ["oa", "oabcd"], ["o", "oad1"]],
    ["[^a]_\\d", ["b_1"], ["a_1", "b_x"]],
    ["a\\.b", ["a.b"], ["axb"]],
    ["", [""], ["a"]],
  ];
  for (const [expression, matching, others] of cases) {
    const matches = namePattern(expression);
    for (const name of matching) assert.ok(matches(name), `${expression} matches ${name}`);
    for (const name of others) assert.ok(!matches(name), `${expression} does not match ${name}`);
  }
});

test("namePattern() refuses what it does not know, with the place", () => {
  for (const expression of ["(a)", "a{2}", "+a", "a**", "[a", "a\\"]) {
    assert.throws(() => namePattern(expression), { code: "InvalidInputException", message: /Expression: expected/ });
  }
});

test("namePattern() answers at once where a backtracking engine does not", () => {
  assert.equal(namePattern(`${"a*".repeat(500)}b`)("a".repeat(255)), false);
});

test("namePattern() agrees with JavaScript's regular expressions", () => {
  const part = fc.tuple(fc.constantFrom("a", "b", ".", "[ab]", "[^a]", "\\d", "_"), fc.constantFrom("", "*", "+", "?"));
  const alternative = fc.array(part, { maxLength: 4 }).map((parts) => parts.flat().join(""));
  const expression = fc.array(alternative, { minLength: 1, maxLength: 3 }).map((all) => all.join("|"));
  const name = fc.string({ unit: fc.constantFrom("a", "b", "1", "_"), maxLength: 6 });
  fc.assert(
    fc.property(expression, name, (pattern, text) => {
      assert.equal(namePattern(pattern)(text), new RegExp(`^(?:${pattern})$`).test(text), `${pattern} on ${text}`);
    }),
    { numRuns: 500 },
  );
});
