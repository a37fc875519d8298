import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type RecordTextSpec, recordTextReader } from "./record-text.ts";

function read(spec: RecordTextSpec, record: string): string | undefined {
  return recordTextReader(spec)(Buffer.from(record));
}

describe("recordTextReader()", () => {
  it("reads a field: texts as they are, numbers as they are written", () => {
    assert.equal(read({ field: "id" }, '{"id":"a b"}'), "a b");
    assert.equal(read({ field: "trip.id" }, '{"trip":{"id":10000000000000001}}'), "10000000000000001");
    assert.equal(read({ field: "id" }, '{"id":true}'), "true");
  });

  it("finds nothing where there is no single value", () => {
    for (const record of ['{"id":null}', '{"id":{}}', '{"id":[1]}', "{}", "[1]", "no json", ""]) {
      assert.equal(read({ field: "id" }, record), undefined, record);
    }
  });

  it("evaluates a jq expression", () => {
    assert.equal(read({ jq: '.type + "-" + (.id|tostring)' }, '{"type":"trip","id":7}'), "trip-7");
    assert.equal(read({ jq: ".id" }, '{"id":7}'), "7");
    assert.equal(read({ jq: '.a // "none"' }, "{}"), "none");
  });

  it("finds nothing where the expression fails or gives no single value", () => {
    for (const record of ['{"a":{}}', "no json", '"text"', "{}"]) {
      assert.equal(read({ jq: ".a" }, record), undefined, record);
    }
  });

  it("refuses what does not give the same text each time, or is no expression", () => {
    for (const jq of ["now", ".a |", "input"]) {
      assert.throws(() => recordTextReader({ jq }), { code: "unknown-expression", message: /needs more of jq/ }, jq);
    }
    assert.throws(() => recordTextReader({ field: "a..b" }), { code: "bad-field-path" });
  });
});
