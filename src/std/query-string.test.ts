import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatQueryString, parseQueryString, withName, withValue } from "./query-string.ts";

test("parseQueryString() finds parameters, alone and in URLs", () => {
  const examples: readonly [string, string, readonly (readonly [string, string])[], string][] = [
    ["", "", [], ""],
    [
      "a=1&b=2",
      "",
      [
        ["a", "1"],
        ["b", "2"],
      ],
      "",
    ],
    ["?a=1", "?", [["a", "1"]], ""],
    ["https://h/p?a=1#a=2", "https://h/p?", [["a", "1"]], "#a=2"],
    [
      "a=/x?y=1&token=t",
      "",
      [
        ["a", "/x?y=1"],
        ["token", "t"],
      ],
      "",
    ],
    [
      "a&b=&=c&&a=%41+%zz",
      "",
      [
        ["a", ""],
        ["b", ""],
        ["", "c"],
        ["", ""],
        ["a", "%41 %zz"],
      ],
      "",
    ],
    ["na%6de=v+w%21", "", [["name", "v w!"]], ""],
  ];
  for (const [text, head, parameters, tail] of examples) {
    const parsed = parseQueryString(text);
    assert.deepEqual([parsed.head, parsed.tail], [head, tail], text);
    assert.deepEqual(
      parsed.parameters.map(({ name, value }) => [name, value]),
      parameters,
      text,
    );
  }
});

test("formatQueryString() gives any text back", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "=", "&", "?", "#", "%", "+", "/", "é") });
  fc.assert(fc.property(text, (value) => assert.equal(formatQueryString(parseQueryString(value)), value)));
});

test("withValue() and withName() change one half and leave the other as it stands", () => {
  const [parameter] = parseQueryString("na%6de=v+w").parameters;
  assert.ok(parameter);
  assert.equal(withValue(parameter, "a&b c").raw, "na%6de=a%26b%20c");
  assert.equal(withName(parameter, "x y").raw, "x%20y=v+w");
  assert.equal(withName(parameter, "name"), parameter);
});
