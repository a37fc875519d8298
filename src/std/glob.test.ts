import assert from "node:assert/strict";
import { test } from "node:test";
import { matchesGlob } from "./glob.ts";

test("matchesGlob takes * for any run and ? for one character, and nothing else for more than itself", () => {
  const cases: [string, string, boolean][] = [
    ["*", "", true],
    ["arn:*:cluster/orders/*", "arn:aws:kafka:eu-west-1:1:cluster/orders/5f", true],
    ["arn:*:cluster/orders/*", "arn:aws:kafka:eu-west-1:1:cluster/clicks/5f", false],
    ["a?c", "abc", true],
    ["a?c", "ac", false],
    ["a.c", "abc", false],
    ["*ab", "aab", true],
  ];
  for (const [glob, text, expected] of cases) assert.equal(matchesGlob(glob, text), expected, `${glob} ${text}`);
});
