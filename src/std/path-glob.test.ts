import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compilePathGlob } from "./path-glob.ts";

describe("globs of paths", () => {
  const cases: readonly (readonly [pattern: string, matching: readonly string[], others: readonly string[]])[] = [
    ["*", ["a", "a.xml", "ü"], [".a", "a/b"]],
    ["*.xml", ["a.xml", "a.b.xml"], ["a.xmls", "a.XML", "b/a.xml", ".xml", ".a.xml", "axml"]],
    ["**", ["a", "a/b/c"], [".a", "a/.b", ".a/b"]],
    ["**/*.xml", ["a.xml", "b/a.xml", "c/b/a.xml"], [".b/a.xml", "b/.a.xml", "a.xml/b"]],
    ["in/**/x?.csv", ["in/x1.csv", "in/a/b/x1.csv"], ["x1.csv", "in/x.csv", "in/x12.csv"]],
    ["[a-c]1", ["a1", "b1"], ["d1", "-1"]],
    ["[!a-c]1", ["d1"], ["a1", "/1"]],
    ["{a,b}.{csv,tsv}", ["a.csv", "b.tsv"], ["a.", "{a,b}.csv", "c.csv"]],
    [".*", [".a"], ["a"]],
    ["a+(b)$.t|t^[", ["a+(b)$.t|t^["], ["aab.t", "a+(b)$xt|t^["]],
  ];
  for (const [pattern, matching, others] of cases) {
    it(`${pattern} takes what it says`, () => {
      const matches = compilePathGlob(pattern);
      for (const path of matching) assert.equal(matches(path), true, path);
      for (const path of others) assert.equal(matches(path), false, path);
    });
  }

  it("refuses braces without end", () => {
    assert.throws(() => compilePathGlob("{a,b}".repeat(20)), /at most 1000 alternatives/);
  });
});
