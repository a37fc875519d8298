import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { processorConformance } from "../../../test/conformance/processor.ts";
import { batchOfRecords } from "../../../test/fakes/batch-of-records.ts";
import { processorDependencies } from "../../../test/fakes/processor-dependencies.ts";
import type { JsonObject } from "../../std/json.ts";
import { deaggregateProcessor } from "./deaggregate.ts";

const delimited = (delimiter: string) => ({
  mode: "delimited",
  delimiter: Buffer.from(delimiter).toString("base64"),
});

processorConformance({
  definition: deaggregateProcessor,
  options: { mode: "json" },
  records: ['{"a":1}{"a":2}', '{"a":1}\n{"a":2}\n', '{"a":"}{"}', "[{}]", "", "\n", "{", "no json"].map((text) =>
    Buffer.from(text),
  ),
  splits: true,
});

processorConformance({
  definition: deaggregateProcessor,
  options: delimited("##"),
  records: ["a##b", "a##", "####", "", "a", "a#b"].map((text) => Buffer.from(text)),
  splits: true,
});

async function split(options: JsonObject, record: string | Buffer): Promise<string[]> {
  const processor = deaggregateProcessor.create(options, processorDependencies());
  const { outcomes } = await processor.process(batchOfRecords([Buffer.from(record)]), new AbortController().signal);
  return outcomes.map((outcome) => {
    assert.equal(outcome.index, 0);
    if (outcome.result === "kept") return outcome.bytes.toString();
    return outcome.result === "rejected" ? `rejected: ${outcome.code}` : "dropped";
  });
}

const INVALID = ["rejected: RecordDeAggregation.InvalidRecord"];

test("deaggregate takes objects one after another, without the line breaks between them", async () => {
  const json = { mode: "json" };
  assert.deepEqual(await split(json, '{"a":1}{"a":2}'), ['{"a":1}', '{"a":2}']);
  assert.deepEqual(await split(json, '{"a":1}\n{"a":2}\r\n'), ['{"a":1}', '{"a":2}']);
  assert.deepEqual(await split(json, '{"a":"\\\\"}{"b":"\\"}{"}'), ['{"a":"\\\\"}', '{"b":"\\"}{"}']);
  assert.deepEqual(await split(json, '{"a":{"b":[{}]}}'), ['{"a":{"b":[{}]}}']);
});

test("deaggregate leaves a record without anything in it as one empty record", async () => {
  for (const record of ["", "\n", " \r\n\t"]) assert.deepEqual(await split({ mode: "json" }, record), [""]);
  for (const record of ["", "##", "####"]) assert.deepEqual(await split(delimited("##"), record), [""]);
});

test("deaggregate refuses as a whole what it cannot split", async () => {
  const records = [
    '[{"a":1}]',
    '{"a":1}[',
    '{"a":1}2',
    '{"a":1},{"a":2}',
    '{"a":}',
    '{"a":1}{"a',
    '{"a":1}}',
    '{"a":"',
  ];
  for (const record of records) assert.deepEqual(await split({ mode: "json" }, record), INVALID, record);
});

test("deaggregate refuses more than 500 records in one", async () => {
  assert.equal((await split({ mode: "json" }, '{"a":1}'.repeat(500))).length, 500);
  assert.deepEqual(await split({ mode: "json" }, '{"a":1}'.repeat(501)), INVALID);
  assert.equal((await split(delimited("\n"), "a\n".repeat(500))).length, 500);
  assert.deepEqual(await split(delimited("\n"), "a\n".repeat(501)), INVALID);
});

test("deaggregate stands deep nesting, and bytes that are no text", async () => {
  const deep = `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`;
  assert.deepEqual(await split({ mode: "json" }, `${deep}{}`), [deep, "{}"]);
  assert.deepEqual(await split({ mode: "json" }, "{".repeat(1_000_000)), INVALID);
  assert.deepEqual(await split({ mode: "json" }, '"'.repeat(100_000)), INVALID);
  assert.deepEqual(await split({ mode: "json" }, `{"${"\\".repeat(100_001)}`), INVALID);
  assert.deepEqual(await split({ mode: "json" }, Buffer.of(0xff, 0x00, 0x7b)), INVALID);
});

test("deaggregate gives back the objects that were put together, whatever stands between", async () => {
  const blank = fc.constantFrom("", "\n", "\r\n", " ", "\t\n\n");
  const objects = fc.array(fc.tuple(fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue()), blank), {
    minLength: 1,
  });
  await fc.assert(
    fc.asyncProperty(objects, async (pairs) => {
      const texts = pairs.map(([object]) => JSON.stringify(object));
      const record = pairs.map(([, between], at) => texts[at] + between).join("");
      assert.deepEqual(await split({ mode: "json" }, record), texts);
    }),
  );
});

test("deaggregate takes one value exactly when JSON.parse takes it and it is an object", async () => {
  const fragments = ["{", "}", "[", "]", '"', "\\", ":", ",", "1", "true", "a", " ", "\n", '"k":', "{}"];
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: fc.constantFrom(...fragments), minLength: 1 }), async (text) => {
      fc.pre(text.trim() !== "");
      const pieces = await split({ mode: "json" }, text);
      if (pieces.length === 1 && pieces[0] !== INVALID[0])
        assert.deepEqual(JSON.parse(text), JSON.parse(pieces[0] ?? ""));
      if (isObject(text)) assert.deepEqual(pieces, [text.trim()]);
    }),
  );
});

test("deaggregate splits at the delimiter alone, as String.split() would", async () => {
  const parts = fc.array(fc.string({ unit: fc.constantFrom("#", "a", "é"), maxLength: 4 }), { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(parts, fc.constantFrom("#", "##", "é"), async (texts, delimiter) => {
      const record = texts.join(delimiter);
      const expected = record.split(delimiter).filter((piece) => piece !== "");
      assert.deepEqual(await split(delimited(delimiter), record), expected.length === 0 ? [""] : expected);
    }),
  );
});

test("deaggregate checks its options", () => {
  const { optionsSchema } = deaggregateProcessor;
  assert.equal(optionsSchema.safeParse({ mode: "delimited" }).success, false);
  assert.equal(optionsSchema.safeParse({ mode: "delimited", delimiter: "no base64!" }).success, false);
  assert.equal(optionsSchema.safeParse({ mode: "lines" }).success, false);
});

function isObject(text: string): boolean {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
