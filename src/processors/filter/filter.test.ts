import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { processorConformance } from "../../../test/conformance/processor.ts";
import { textsOf } from "../../../test/fakes/run-processor.ts";
import { filterProcessor } from "./filter.ts";

processorConformance({
  definition: filterProcessor,
  options: { where: "a = 1" },
  records: ['{"a":1}', '{"a":2}\n', "{}", "[1]", "", "no json"].map((text) => Buffer.from(text)),
});

const RECORD = `{"s":"abc","n":10,"z":1.0,"big":12345678901234567890,"t":true,"f":false,"nil":null,"o":{"p":{"q":"deep"}},
  "l":[1,2,3],"h":[{"name":"Cookie","value":"c=1"}],"args":"a=1&b=x%20y","in":5,"empty":"","e":1e2}`;

async function holds(where: string, record = RECORD): Promise<boolean> {
  const [kept] = await textsOf(filterProcessor, { where }, [record]);
  assert.ok(kept === record || kept === "dropped", kept);
  return kept === record;
}

test("filter keeps what meets its condition", async () => {
  const met = `s = "abc" | s == "abc" | s != "x" | n = 10 | n=10.0 | n = 1e1 | e = 100 | z = 1 | n > 9 | n>=10 | n <= 10 | n < 10.5 |
    big = 12345678901234567890 | big > 12345678901234567889 | big != 12345678901234567891 | t = true | f = false | nil = null |
    exists nil | exists empty | exists o.p.q | o.p.q = "deep" | not exists o.x | none != 1 | l[*] = 2 | l[0] = 1 | not l[*] = 4 |
    h[name=Cookie].value = "c=1" | exists h[name~=cookie] | args?param=b = "x y" | exists args?param=a | not exists args?param=c |
    s in ["x","abc"] | n in [1, 10] | s matches "^a.c$" | s matches "B|c" | s > "abb" | "in" = 5 | exists "in" |
    not (n = 1 or n = 2) and t = true | n = 1 or n = 10 and t = true | (n = 1 or n = 10) and t = true | not not t = true |
    not(t = false)and(n=10)`;
  for (const where of met.split(" |").map((one) => one.trim())) assert.ok(await holds(where), where);
});

test("filter converts nothing, and what is not there meets nothing", async () => {
  const unmet = `s = "ABC" | n = "10" | t = "true" | t = 1 | nil = "null" | nil = false | exists none | none = null | none = 1 |
    none > 0 | none < 0 | none in [null] | none matches "" | s > 1 | n > "1" | t matches "t" | n matches "1" | o = "x" | l = 1 |
    big = 12345678901234567891 | big < 12345678901234567890 | not exists s | n = 1 or n = 10 and t = false |
    (n = 1 or n = 10) and t = false | args?param=c = "" | n?param=c = 1 | l[9] = 1 | not (n = 10 or n = 2)`;
  for (const where of unmet.split(" |").map((one) => one.trim())) assert.equal(await holds(where), false, where);
});

test("filter drops what meets its condition when it is told to", async () => {
  const options = { where: "n = 1", matching: "drop" };
  assert.deepEqual(await textsOf(filterProcessor, options, ['{"n":1}', '{"n":2}', "x"]), [
    "dropped",
    '{"n":2}',
    "Lakehose.NotJsonObject",
  ]);
});

test("filter says at definition time what is wrong with its condition", () => {
  const examples: readonly [string, RegExp][] = [
    ["", /expected a name .* at character 1/],
    ["a", /expected = != < <= > >= in or matches at character 2 of the condition, got the end/],
    ["a =", /expected a value in JSON .* at character 4/],
    ["a = b", /expected a value in JSON .* got "b"/],
    ["a = 'b'", /expected a value in JSON .* got "'b'"/],
    ['a = "b', /expected a value in JSON/],
    ["a = 01", /expected a value in JSON|expected and, or or the end/],
    ["a = 1 b = 2", /expected and, or or the end at character 7 of the condition, got "b = 2"/],
    ["a = 1 and", /at character 10/],
    ["(a = 1", /expected and, or or a closing bracket at character 7/],
    ["a = 1)", /expected and, or or the end at character 6/],
    ["a in 1", /expected a list of values in square brackets/],
    ["a in []", /expected a value in JSON/],
    ["a in [1 2]", /expected a comma or a closing square bracket/],
    ["a < true", /expected a number or a string to compare by </],
    ["a matches 1", /expected a regular expression as a JSON string at character 11/],
    ['a matches "("', /Invalid regular expression.* at character 11 of the condition/],
    ["and = 1", /expected a path \(a field that is called so stands in double quotes\) at character 1/],
    ["a..b = 1", /expected a name/],
    ["not ".repeat(60).concat("a = 1"), /at most 50/],
    [`${"(".repeat(60)}a = 1${")".repeat(60)}`, /at most 50/],
  ];
  for (const [where, message] of examples) {
    const { error } = filterProcessor.optionsSchema.safeParse({ where });
    assert.match(error?.issues[0]?.message ?? "accepted", message, where);
  }
});

test("filter agrees with JavaScript on and, or, not and brackets", async () => {
  const { tree } = fc.letrec<{ tree: [string, boolean] }>((tie) => ({
    tree: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom<[string, boolean]>(["t = true", true], ["t = false", false], ["exists none", false]),
      tie("tree").map(([text, value]): [string, boolean] => [`not (${text})`, !value]),
      fc.tuple(tie("tree"), tie("tree")).map(([[a, x], [b, y]]): [string, boolean] => [`(${a}) and (${b})`, x && y]),
      fc.tuple(tie("tree"), tie("tree")).map(([[a, x], [b, y]]): [string, boolean] => [`(${a} or ${b})`, x || y]),
    ),
  }));
  await fc.assert(
    fc.asyncProperty(tree, async ([where, expected]) => assert.equal(await holds(where, '{"t":true}'), expected)),
  );
});
