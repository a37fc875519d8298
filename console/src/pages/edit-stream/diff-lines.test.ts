import assert from "node:assert/strict";
import { test } from "node:test";
import { diffLines, withoutFarLines } from "./diff-lines.ts";

const SIGNS = { same: " ", removed: "-", added: "+" } as const;

function diff(before: string, after: string): string {
  return diffLines([...before], [...after])
    .map(({ kind, text }) => SIGNS[kind] + text)
    .join("");
}

test("diffLines() keeps what is common, in order, and tells what went before what came", () => {
  assert.equal(diff("abc", "abc"), " a b c");
  assert.equal(diff("abc", "aXc"), " a-b+X c");
  assert.equal(diff("", "ab"), "+a+b");
  assert.equal(diff("ab", ""), "-a-b");
  assert.equal(diff("abcabc", "bcab"), "-a b c a b-c");
});

test("withoutFarLines() leaves out what is far from any change, once for each run", () => {
  const lines = diffLines([..."abcdefghij"], [..."abcdeXghij"]);
  const shown = withoutFarLines(lines, 1).map((line) => line?.text ?? "…");
  assert.deepEqual(shown, ["…", "e", "f", "X", "g", "…"]);
  assert.deepEqual(withoutFarLines(diffLines(["a"], ["a"])), [undefined]);
});
