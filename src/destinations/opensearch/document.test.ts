import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { documentOf } from "./document.ts";

function lineOf(record: string | Buffer): string {
  const document = documentOf(Buffer.from(record as string));
  assert.ok("line" in document, "problem" in document ? document.problem : "");
  return document.line.toString();
}

function problemOf(record: string | Buffer): string {
  const document = documentOf(Buffer.from(record as string));
  assert.ok("problem" in document, "expected a problem");
  return document.problem;
}

describe("documentOf()", () => {
  it("takes an object as it is, without what is around it", () => {
    assert.equal(lineOf('{"a": 1}'), '{"a": 1}');
    assert.equal(lineOf('\n {"a":1}\r\n\n'), '{"a":1}');
    assert.equal(lineOf('\ufeff{"a":1}'), '{"a":1}');
  });

  it("makes line breaks between members blanks", () => {
    assert.equal(lineOf('{\n  "a": 1,\r\n  "b": "x\\"y"\n}'), '{   "a": 1,\r   "b": "x\\"y" }');
  });

  it("does not let a record smuggle in an action", () => {
    assert.equal(lineOf('{"a":1}\n{"delete":{"_index":"x"}}'), '{"a":1} {"delete":{"_index":"x"}}');
  });

  it("refuses a line break within a string, which is no JSON", () => {
    assert.match(problemOf('{"a":"x\ny"}'), /line break within a string at byte 7/);
    assert.match(problemOf('{"a":"x\\\ny"}'), /line break within a string/);
  });

  it("refuses what is no object", () => {
    assert.match(problemOf(""), /an empty record/);
    assert.match(problemOf(" \n "), /an empty record/);
    assert.match(problemOf("[1]"), /begins with "\[1\]"/);
    assert.match(problemOf('"text"'), /one JSON object/);
    assert.match(problemOf('{"a":1'), /one JSON object/);
  });

  it("refuses what is no UTF-8", () => {
    assert.match(problemOf(Buffer.from('{"a":"\xff"}', "latin1")), /no UTF-8/);
  });

  it("gives one line with the same value for any object, however it is spaced", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue()),
        fc.integer({ min: 0, max: 4 }),
        (value, indent) => {
          const line = lineOf(JSON.stringify(value, null, indent));
          assert.ok(!line.includes("\n"));
          assert.deepEqual(JSON.parse(line), JSON.parse(JSON.stringify(value)));
        },
      ),
    );
  });

  it("never gives two lines", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("{", "}", '"', "\\", "\n", "a", ":") }), (text) => {
        const document = documentOf(Buffer.from(`{${text}}`));
        assert.ok("problem" in document || !document.line.includes("\n"));
      }),
    );
  });
});
