import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type JsonNode, parseJsonObject } from "./json-node.ts";

test("parseJsonObject() takes what JSON.parse takes for an object, and nothing else", () => {
  const object = fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue(), { maxKeys: 5 });
  const space = fc.constantFrom("", " ", "\n", "\t\r\n ");
  const byte = fc.constantFrom(...'{}[]",:\\/ubtnfrulse0123456789.eE+-x \n\u0001\u00e9');
  const mutation = fc.option(fc.tuple(fc.nat(400), fc.nat(3), byte), { nil: undefined });
  const property = fc.property(
    object,
    space,
    space,
    fc.nat(2),
    fc.array(mutation),
    (value, before, after, indent, mutations) => {
      let text = before + JSON.stringify(value, null, indent) + after;
      for (const mutated of mutations) {
        if (mutated) text = text.slice(0, mutated[0]) + mutated[2] + text.slice(mutated[0] + mutated[1]);
      }
      const bytes = Buffer.from(text);
      const node = parseJsonObject(bytes);
      assert.equal(node !== undefined, isObject(text), text);
      if (node !== undefined) assert.deepEqual(plainValue(node), JSON.parse(bytes.toString()));
    },
  );
  fc.assert(property, { numRuns: 500 });
});

test("parseJsonObject() refuses what JSON nearly is", () => {
  const texts = `|[]|1|"a"|null|{|}|{}{}|{"a"}|{"a":}|{"a":1,}|{,}|{a:1}|{'a':1}|{"a":01}|{"a":-}|{"a":1.}|{"a":.5}|{"a":1e}|{"a":+1}|{"a":tru}|{"a":nul}|{"a":"\\x"}|{"a":"\\u12g4"}|{"a":"}|{"a":[1,]}|{"a":[1 2]}|{"a":NaN}|\ufeff{}|{}x|{"a":"\u0001"}`;
  for (const text of texts.split("|")) assert.equal(parseJsonObject(Buffer.from(text)), undefined, text);
});

test("parseJsonObject() allows bytes in strings that are no UTF-8, and refuses nesting without end", () => {
  const bytes = Buffer.concat([Buffer.from('{"a":"'), Buffer.of(0xff, 0xc3), Buffer.from('"}')]);
  assert.equal(parseJsonObject(bytes)?.members()[0]?.value.text, "\ufffd\ufffd");
  const nested = (depth: number) => Buffer.from(`{"a":${"[".repeat(depth)}${"]".repeat(depth)}}`);
  assert.ok(parseJsonObject(nested(400)));
  assert.equal(parseJsonObject(nested(100_000)), undefined);
});

test("JsonNode keeps numbers as they stand", () => {
  const node = parseJsonObject(Buffer.from('{"a":12345678901234567890,"b":1.10,"c":-0,"d":1E400}'));
  assert.deepEqual(
    node?.members().map(({ value }) => value.raw),
    ["12345678901234567890", "1.10", "-0", "1E400"],
  );
});

test("JsonMember.isNamed() compares names, however they are written", () => {
  const node = parseJsonObject(Buffer.from('{"a\\u0062":1,"a\\\\b":2,"\u00e9":3,"\\u00e9":4,"":5}'));
  const found = (name: string) =>
    node?.members().flatMap((member) => (member.isNamed(name, Buffer.from(name)) ? [Number(member.value.raw)] : []));
  assert.deepEqual(found("ab"), [1]);
  assert.deepEqual(found("a\\b"), [2]);
  assert.deepEqual(found("a\\\\b"), []);
  assert.deepEqual(found("a\\u0062"), []);
  assert.deepEqual(found("\u00e9"), [3, 4]);
  assert.deepEqual(found(""), [5]);
});

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

function plainValue(node: JsonNode): unknown {
  if (node.kind === "array") return node.elements().map(plainValue);
  if (node.kind === "string") return node.text;
  if (node.kind !== "object") return JSON.parse(node.raw);
  const object: Record<string, unknown> = {};
  for (const member of node.members()) {
    assert.ok(member.isNamed(member.name, Buffer.from(member.name)));
    // As JSON.parse does: an own member even for the name __proto__.
    Object.defineProperty(object, member.name, {
      value: plainValue(member.value),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return object;
}
