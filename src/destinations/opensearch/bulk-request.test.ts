import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BulkItems, bulkBody } from "./bulk-request.ts";

const line = (text: string) => Buffer.from(text);

describe("bulkBody()", () => {
  it("writes an action and a source for each record, the source as it is", () => {
    const items = new BulkItems({ replaces: false });
    const body = bulkBody([
      items.item(0, { index: "a", id: "s-0" }, line('{"n":1.10}')),
      items.item(1, { index: "a", id: "s-1" }, line('{"ä":2}')),
      items.item(2, { index: "b" }, line("{}")),
    ]);
    assert.equal(
      body.toString(),
      '{"create":{"_index":"a","_id":"s-0"}}\n{"n":1.10}\n{"create":{"_index":"a","_id":"s-1"}}\n{"ä":2}\n{"create":{"_index":"b"}}\n{}\n',
    );
  });

  it("replaces documents of the user's ids, the older never the newer", () => {
    const items = new BulkItems({ replaces: true });
    const body = bulkBody([items.item(0, { index: "a", id: 'ü"\n', version: 1n << 60n }, line("{}"))]);
    const [action = ""] = body.toString().split("\n");
    assert.equal(
      action,
      '{"index":{"_index":"a","_id":"ü\\"\\n","version":1152921504606846976,"version_type":"external_gte"}}',
    );
  });

  it("names the type for Elasticsearch before version 7", () => {
    const items = new BulkItems({ typeName: "trade", replaces: false });
    assert.equal(items.item(0, { index: "a" }, line("{}")).action, '{"create":{"_index":"a","_type":"trade"}}');
    assert.doesNotMatch(
      new BulkItems({ typeName: "", replaces: false }).item(0, { index: "a" }, line("{}")).action,
      /_type/,
    );
  });
});
