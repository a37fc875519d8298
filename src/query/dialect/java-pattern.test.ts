import assert from "node:assert/strict";
import { test } from "node:test";
import { QueryError } from "../query-error.ts";
import { linePattern } from "./java-pattern.ts";

test("linePattern() writes what RE2 writes otherwise, and counts groups", () => {
  const patterns: readonly (readonly [java: string, expression: string, groups: number])[] = [
    ["([^ ]*) ([^ ]*)", "([^ ]*) ([^ ]*)", 2],
    [String.raw`(?:\((x)\))[(]\[(.*?)\]`, String.raw`(?:\((x)\))[(]\[(.*?)\]`, 2],
    [String.raw`(?<host>\p{Alpha}+)`, "([[:alpha:]]+)", 1],
    [String.raw`[\p{Digit}\P{Space}é]`, "[[:digit:][:^space:]é]", 0],
    [String.raw`A\h[\h]\e\Z`, String.raw`\x{41}[ \t\x{A0}][ \t\x{A0}]\x{1B}\z`.replace(String.raw`\x{41}`, "A"), 0],
    [String.raw`A\/\"\_\ `, String.raw`A\/\"_ `, 0],
    ["[]a]{2,3}", "[]a]{2,3}", 0],
    ["(?i)a(?s:b)", "(?i)a(?s:b)", 0],
  ];
  for (const [java, expression, groups] of patterns) {
    assert.deepEqual(linePattern(java, false), { expression, groups }, java);
  }
  assert.equal(linePattern("a", true).expression, "(?i)a");
});

test("linePattern() makes a lookahead at the very start a condition of its own", () => {
  assert.deepEqual(linePattern("^(?!#)([0-9]+)", false), { expression: "([0-9]+)", groups: 1, notBefore: "#" });
  assert.deepEqual(linePattern(String.raw`(?!\(x)y`, true), {
    expression: "(?i)y",
    groups: 0,
    notBefore: String.raw`(?i)\(x`,
  });
});

test("linePattern() names what RE2 has no words for", () => {
  const refused: readonly (readonly [java: string, what: RegExp])[] = [
    ["a(?=b)", /lookaround \(\?=/],
    ["a(?!b)", /lookaround \(\?!/],
    ["(?<=a)b", /lookaround \(\?<=/],
    ["(?<!a)b", /lookaround \(\?<!/],
    ["(?>a)", /the atomic group/],
    ["a*+", /the possessive quantifier \*\+/],
    ["a{2}+", /the possessive quantifier \}\+/],
    [String.raw`(a)\1`, /the backreference \\1/],
    [String.raw`(?<n>a)\k<n>`, /the backreference \\k/],
    ["[a-z&&[^b]]", /the intersection of classes/],
    ["[a[b]]", /a class within a class/],
    ["a{1001}", /more than 1000 repetitions/],
    ["(?x)a b", /the flags \(\?x\)/],
    [String.raw`\Ga`, /\\G/],
    ["[a", /the end of a class/],
    ["a\\", /a character behind the last/],
  ];
  for (const [java, message] of refused) {
    assert.throws(
      () => linePattern(java, false),
      (error: unknown) => error instanceof QueryError && message.test(error.message),
      java,
    );
  }
});
