import assert from "node:assert/strict";
import { test } from "node:test";
import { parseJsonObject } from "../../std/json-node.ts";
import { parseFieldPath, readFieldPath } from "./field-path.ts";
import { findFields } from "./find-fields.ts";

const RECORD = `{"a":{"b":[1,2.0,{"c":3}],"x.y":4},"httpRequest":{"args":"token=t","headers":[
  {"name":"Host","value":"h"},{"name":"Cookie","value":"c1"},{"name":"cookie","value":"c2"},{"value":"v"},7,
  {"name":"with ] and \\"","value":"q"}]},"n":null,"größe":5,"d":6,"d":7}`;

test("findFields() finds every place that a path leads to", () => {
  const examples: readonly [string, readonly string[]][] = [
    ["n", ["null"]],
    ["d", ["6", "7"]],
    ["größe", ["5"]],
    ["a.b", ['[1,2.0,{"c":3}]']],
    ["a.b[1]", ["2.0"]],
    ["a.b[7]", []],
    ["a.b[*]", ["1", "2.0", '{"c":3}']],
    ["a.b[*].c", ["3"]],
    ['a."x.y"', ["4"]],
    ["a.x.y", []],
    ["a[0]", []],
    ["a.b.c", []],
    ["none.at.all", []],
    ["httpRequest.headers[name=Cookie].value", ['"c1"']],
    ["httpRequest.headers[name~=COOKIE].value", ['"c1"', '"c2"']],
    ['httpRequest.headers[name="with ] and \\""].value', ['"q"']],
    ["httpRequest.headers[*].value", ['"h"', '"c1"', '"c2"', '"v"', '"q"']],
    ["httpRequest.args?param=token", ['"token=t"']],
  ];
  const root = parseJsonObject(Buffer.from(RECORD));
  assert.ok(root);
  for (const [text, expected] of examples) {
    const places = findFields(root, parseFieldPath(text));
    assert.deepEqual(
      places.map(({ value }) => value.raw),
      expected,
      text,
    );
  }
});

test("parseFieldPath() reads names, selectors and a parameter", () => {
  const path = parseFieldPath('user-agent."a b"[3][*][k=a b][k~=c].args?param="p[x]"');
  assert.deepEqual(
    path.steps.map((step) => {
      if (step.kind === "index") return step.index;
      if (step.kind === "each") return "*";
      return step.kind === "member" ? step.name : `${step.name}${step.ignoreCase ? "~=" : "="}${step.value}`;
    }),
    ["user-agent", "a b", 3, "*", "k=a b", "k~=c", "args"],
  );
  assert.equal(path.parameter, "p[x]");
});

test("parseFieldPath() says where a path goes wrong", () => {
  const examples: readonly [string, RegExp][] = [
    ["", /expected a name .* at character 1 of '', got the end/],
    ["a.", /expected a name .* at character 3/],
    [".a", /expected a name .* at character 1/],
    ["a b", /expected the end, a dot or a bracket at character 2 .* got " b"/],
    ["a[", /expected a name .* at character 3/],
    ["a[-1]", /expected = or ~= and a value at character 5/],
    ["a[k]", /expected = or ~= and a value at character 4/],
    ["a[k=]", /expected a value at character 5/],
    ["a[k=v", /expected a closing bracket at character 6/],
    ['a."b', /expected a name .* at character 3/],
    ['a."\\x"', /expected a JSON string at character 3/],
    ["a?b", /expected the end, a dot or a bracket at character 2/],
    ["a?param=", /expected a name .* at character 9/],
  ];
  for (const [text, message] of examples) {
    assert.throws(() => parseFieldPath(text), { code: "bad-field-path", message }, text);
  }
});

test("readFieldPath() stops where the path does", () => {
  const text = 'not a.b[k=v] in ["x"]';
  const { path, end } = readFieldPath(text, 4);
  assert.equal(path.text, "a.b[k=v]");
  assert.equal(text.slice(end), ' in ["x"]');
});
