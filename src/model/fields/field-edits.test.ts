import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type JsonNode, parseJsonObject } from "../../std/json-node.ts";
import { FieldEdits } from "./field-edits.ts";

test("FieldEdits.apply() leaves the bytes alone when nothing changes", () => {
  const bytes = Buffer.from('{"a" : 1}\n');
  const edits = new FieldEdits(rootOf(bytes));
  assert.equal(edits.apply(), bytes);
});

test("FieldEdits.remove() takes commas along", () => {
  const bytes = Buffer.from('{ "a":1 , "b":2 ,"c":3 , "d":4 }\n');
  const without = (...names: string[]) => {
    const root = rootOf(bytes);
    const edits = new FieldEdits(root);
    for (const member of root.members()) if (names.includes(member.name)) edits.remove(root, member);
    return edits.apply().toString();
  };
  assert.equal(without("a"), '{ "b":2 ,"c":3 , "d":4 }\n');
  assert.equal(without("b"), '{ "a":1 ,"c":3 , "d":4 }\n');
  assert.equal(without("d"), '{ "a":1 , "b":2 ,"c":3 }\n');
  assert.equal(without("a", "b", "d"), '{ "c":3 }\n');
  assert.equal(without("a", "b", "c", "d"), "{  }\n");
});

test("FieldEdits.remove() takes out exactly what it is told to, of any object", () => {
  const value = fc.oneof(fc.jsonValue(), fc.constant(null));
  const property = fc.property(
    fc.uniqueArray(fc.string()),
    value,
    fc.nat(2),
    fc.func(fc.boolean()),
    (names, one, indent, goes) => {
      const object = Object.fromEntries(names.map((name) => [`k${name}`, one]));
      const root = rootOf(Buffer.from(JSON.stringify({ o: object, l: names }, null, indent)));
      const edits = new FieldEdits(root);
      for (const { value: container } of root.members()) {
        for (const member of container.members()) if (goes(member.name)) edits.remove(container, member);
        for (const element of container.elements()) if (goes(element.text)) edits.remove(container, element);
      }
      const edited = JSON.parse(edits.apply().toString());
      assert.deepEqual(edited.l, JSON.parse(JSON.stringify(names.filter((name) => !goes(name)))));
      assert.deepEqual(
        Object.keys(edited.o),
        Object.keys(object).filter((name) => !goes(name)),
      );
    },
  );
  fc.assert(property, { numRuns: 300 });
});

test("FieldEdits gives an outer change precedence over those inside it", () => {
  const root = rootOf(Buffer.from('{"a":{"b":"x=1"},"c":2}'));
  const [a, c] = root.members();
  const b = a?.value.members()[0];
  assert.ok(a && b && c);
  const edits = new FieldEdits(root);
  edits.replace(b.value, "3");
  edits.editParameters(b.value, () => undefined);
  edits.remove(root, a);
  edits.rename(a, "z");
  edits.append("d", "4");
  assert.equal(edits.apply().toString(), '{"c":2,"d":4}');
});

test("FieldEdits.append() takes an empty object", () => {
  const edits = new FieldEdits(rootOf(Buffer.from(" { }\r\n")));
  edits.append('a"', "1");
  assert.equal(edits.apply().toString(), ' {"a\\"":1 }\r\n');
});

function rootOf(bytes: Buffer): JsonNode {
  return parseJsonObject(bytes) ?? assert.fail("no object");
}
