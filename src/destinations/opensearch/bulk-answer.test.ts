import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JsonValue } from "../../std/json.ts";
import { type ItemOutcome, readBulkAnswer } from "./bulk-answer.ts";

function outcomeOf(status: number, error?: JsonValue): ItemOutcome | undefined {
  const item = { create: { status, ...(error === undefined ? {} : { error }) } };
  return readBulkAnswer(JSON.stringify({ errors: true, items: [item] }), 1)?.[0];
}

describe("readBulkAnswer()", () => {
  it("says of each document in order what became of it", () => {
    const error = { type: "mapper_parsing_exception", reason: "failed to parse field [price]" };
    const items = [{ create: { status: 201 } }, { index: { status: 400, error } }, { create: { status: 200 } }];
    assert.deepEqual(readBulkAnswer(JSON.stringify({ errors: true, items }), 3), [
      { kind: "done" },
      { kind: "never", status: 400, message: JSON.stringify(error) },
      { kind: "done" },
    ]);
  });

  it("takes a document that is there already for done", () => {
    assert.deepEqual(outcomeOf(409, { type: "version_conflict_engine_exception" }), { kind: "done" });
  });

  for (const status of [429, 500, 502, 503, 504, 401, 403]) {
    it(`puts ${status} off`, () => assert.equal(outcomeOf(status, { type: "some_exception" })?.kind, "later"));
  }

  it("puts a document off whose index is closed to writers", () => {
    assert.equal(outcomeOf(400, { type: "cluster_block_exception", reason: "read-only" })?.kind, "later");
  });

  for (const status of [400, 404, 413]) {
    it(`gives up on ${status}`, () => assert.equal(outcomeOf(status, { type: "some_exception" })?.kind, "never"));
  }

  it("passes on what clusters of the first versions say in plain text", () => {
    const message = "MapperParsingException[failed to parse]";
    assert.deepEqual(outcomeOf(400, message), { kind: "never", status: 400, message });
    assert.deepEqual(outcomeOf(400), { kind: "never", status: 400, message: "status 400" });
  });

  for (const [what, text] of [
    ["no JSON", "<html>gateway</html>"],
    ["no object", "[]"],
    ["no items", '{"errors":false}'],
    ["too few items", '{"errors":false,"items":[]}'],
    ["too many items", '{"errors":true,"items":[{"create":{"status":201}},{"create":{"status":201}}]}'],
    ["an item without a status", '{"errors":true,"items":[{"create":{}}]}'],
    ["an item that is none", '{"errors":true,"items":[null]}'],
  ] as const) {
    it(`does not take ${what} for an answer to one action`, () => {
      assert.equal(readBulkAnswer(text, 1), undefined);
    });
  }
});
