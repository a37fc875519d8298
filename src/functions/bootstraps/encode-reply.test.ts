import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";

const { encodeReply } = await import(new URL("encode-reply.mjs", import.meta.url).href);

const FROM = 7;

function encoded(value: unknown): string {
  const { bytesMax, write } = encodeReply(value);
  const memory = Buffer.alloc(FROM + bytesMax, "#");
  const end = write(memory, FROM);
  assert.equal(memory.toString("utf8", 0, FROM), "#######");
  return memory.toString("utf8", FROM, end);
}

test("encodeReply() writes the bytes of JSON.stringify, whatever a handler answers", () => {
  const data = fc.oneof(
    fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes).toString("base64")),
    fc.constantFrom(
      "",
      "eA",
      "====",
      'e"==',
      "eA==eA==",
      "e\\==",
      "é===",
      "日本日本",
      "eHh4\neHh",
      "\u0000AAA",
      7,
      null,
    ),
  );
  const usual = fc.record({
    recordId: fc.oneof(fc.constantFrom("a1", "", 'q"', "é", 7), fc.string()),
    result: fc.constantFrom("Ok", "Dropped", "ProcessingFailed"),
    data,
  });
  const records = fc.array(fc.oneof({ arbitrary: usual, weight: 20 }, fc.jsonValue(), fc.constant(undefined)));
  const plain = fc.array(usual.filter(({ recordId, data: text }) => recordId === "a1" && text !== null));
  const reply = fc.oneof(fc.record({ records }), fc.record({ records: plain }), fc.jsonValue(), fc.constant(undefined));
  const property = fc.property(reply, (value) => assert.equal(encoded(value), JSON.stringify(value) ?? "null"));
  fc.assert(property, { numRuns: 3000 });
});

test("encodeReply() leaves it to values what they are as JSON", () => {
  const record = { recordId: "a", result: "Ok", data: "eA==" };
  const values: readonly unknown[] = [
    { records: [{ ...record, toJSON: () => 1 }] },
    { records: Object.assign([record], { toJSON: () => 2 }) },
    { records: [Object.create(record)] },
    { records: [{ ...record, data: new String("eA==") }] },
    { records: [{ result: "Ok", data: "eA==", recordId: "a" }] },
    { records: [{ ...record, data: "x".repeat(1_000_000) }] },
    { records: [record], more: 1 },
    { records: new Array(2) },
    new Date(0),
  ];
  for (const value of values) assert.equal(encoded(value), JSON.stringify(value));
  assert.throws(() => encodeReply({ records: [{ ...record, data: 1n }] }), TypeError);
});
