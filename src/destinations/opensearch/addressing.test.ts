import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { IdentifiedRecord } from "../../model/identified-records.ts";
import { Addressing, type AddressingOptions } from "./addressing.ts";
import { indexProblem } from "./index-name.ts";

const arrivalMs = Date.parse("2024-06-01T10:30:00Z");

function addressOf(
  options: Partial<AddressingOptions>,
  text = '{"type":"trip","id":"t-1"}',
  overrides: Partial<IdentifiedRecord> = {},
) {
  const addressing = new Addressing({
    index: "taxi",
    rotation: "none",
    documentId: "stable",
    versions: true,
    streamUid: "abc",
    ...options,
  });
  const bytes = Buffer.from(text);
  return addressing.of({ index: 0, bytes, offset: 41, piece: 0, arrivalMs, ...overrides }, bytes);
}

describe("Addressing", () => {
  it("makes an id of stream and place, which a record keeps for ever", () => {
    assert.deepEqual(addressOf({}), { index: "taxi", id: "abc-41" });
    assert.deepEqual(addressOf({}, "{}", { piece: 2 }), { index: "taxi", id: "abc-41-2" });
    assert.deepEqual(addressOf({}, "{}", { streamUid: "first" }), { index: "taxi", id: "first-41" });
  });

  it("leaves the id to the cluster", () => {
    assert.deepEqual(addressOf({ documentId: "none", rotation: "day" }), { index: "taxi-2024-06-01" });
  });

  it("takes id and index from the record", () => {
    const options = {
      documentId: { field: "id" },
      indexFrom: { jq: ".type" },
      rotation: "month",
      versions: false,
    } as const;
    assert.deepEqual(addressOf(options), { index: "trip-2024-06", id: "t-1" });
  });

  it("falls back to the configured index, and never to another id", () => {
    assert.deepEqual(addressOf({ indexFrom: { field: "kind" } }), { index: "taxi", id: "abc-41" });
    assert.match(JSON.stringify(addressOf({ documentId: { field: "key" } })), /expected a document id/);
    assert.match(JSON.stringify(addressOf({ documentId: { field: "id" } }, '{"id":""}')), /expected a document id/);
    const long = `{"id":"${"ä".repeat(257)}"}`;
    assert.match(JSON.stringify(addressOf({ documentId: { field: "id" } }, long)), /512 bytes at most, got 514/);
  });

  it("orders records of one id by arrival, then by place", () => {
    const versionAt = (overrides: Partial<IdentifiedRecord>) => {
      const address = addressOf({ documentId: { field: "id" } }, undefined, overrides);
      assert.ok("version" in address && address.version !== undefined);
      return address.version;
    };
    const first = versionAt({});
    assert.ok(versionAt({ offset: 42 }) > first);
    assert.ok(versionAt({ arrivalMs: arrivalMs + 1, offset: 0 }) > versionAt({ offset: 1_000_000 }));
    assert.equal(versionAt({}), first);
    assert.ok(versionAt({ arrivalMs: Date.parse("2200-01-01T00:00:00Z") }) < 2n ** 63n);
  });

  it("gives each record its own index where several follow each other", () => {
    const options = { index: "a", rotation: "hour", documentId: "none", versions: false, streamUid: "s" } as const;
    const addressing = new Addressing(options);
    const indexAt = (hour: string) => {
      const record = {
        index: 0,
        bytes: Buffer.from("{}"),
        offset: 0,
        piece: 0,
        arrivalMs: Date.parse(`2024-06-01T${hour}:00:00Z`),
      };
      return addressing.of(record, record.bytes).index;
    };
    assert.deepEqual(["10", "10", "11", "10"].map(indexAt), [
      "a-2024-06-01-10",
      "a-2024-06-01-10",
      "a-2024-06-01-11",
      "a-2024-06-01-10",
    ]);
  });

  it("refuses an index that a record names and no cluster takes", () => {
    const address = addressOf({ indexFrom: { field: "type" } }, '{"type":"Trip"}');
    assert.ok("problem" in address);
    assert.equal(address.index, "Trip");
    assert.match(address.problem, /lower case, got 'Trip'/);
  });
});

describe("indexProblem()", () => {
  for (const name of ["stockdata", "a-1_b.c", "ünï", "a".repeat(255), ".hidden"]) {
    it(`takes ${name.slice(0, 20)}`, () => assert.equal(indexProblem(name), undefined));
  }
  for (const name of ["", ".", "..", "A", "a b", "a/b", "a*", "-a", "_a", "+a", "a:b", "a#", "a\n", "é".repeat(128)]) {
    it(`refuses ${JSON.stringify(name.slice(0, 20))}`, () => assert.notEqual(indexProblem(name), undefined));
  }
});
