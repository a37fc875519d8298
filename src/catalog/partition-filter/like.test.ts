import assert from "node:assert/strict";
import { test } from "node:test";
import { likePattern } from "./like.ts";

test("likePattern() takes % as any run, _ as one character, and nothing after a backslash", () => {
  const matching = [
    ["", ""],
    ["%", ""],
    ["%%", "abc"],
    ["a%c", "ac"],
    ["a%b%c", "axxbxbxc"],
    ["_", "ü"],
    ["_", "😀"],
    ["100\\%", "100%"],
    ["a\\_b", "a_b"],
    ["a\\\\", "a\\"],
    ["a\\", "a\\"],
    ["a.c", "a.c"],
  ] as const;
  for (const [pattern, text] of matching) assert.equal(likePattern(pattern)(text), true, `${pattern} ${text}`);
  const other = [
    ["", "a"],
    ["_", ""],
    ["a%", "ba"],
    ["%a", "ab"],
    ["a\\_b", "axb"],
    ["a.c", "abc"],
    ["A", "a"],
  ] as const;
  for (const [pattern, text] of other) assert.equal(likePattern(pattern)(text), false, `${pattern} ${text}`);
});

test("likePattern() is not kept busy by a pattern with many runs", () => {
  const started = performance.now();
  assert.equal(likePattern(`${"%a".repeat(500)}b`)("a".repeat(1024)), false);
  assert.ok(performance.now() - started < 1000);
});
