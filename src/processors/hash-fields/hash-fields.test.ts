import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { test } from "node:test";
import { processorConformance } from "../../../test/conformance/processor.ts";
import { textsOf } from "../../../test/fakes/run-processor.ts";
import { hashFieldsProcessor } from "./hash-fields.ts";

processorConformance({
  definition: hashFieldsProcessor,
  options: { fields: ["a", "b?param=c"], secret: "s" },
  records: ['{"a":"secret"}', '{"b":"c=secret&d=1"}\n', "{}", "[1]", "", "no json"].map((text) => Buffer.from(text)),
});

const plain = (text: string) => createHash("sha256").update(text).digest("hex");
const keyed = (text: string) => createHmac("sha256", "s").update(text).digest("hex");

test("hash-fields hashes what strings say and what anything else looks like", async () => {
  const examples: readonly [string, string][] = [
    ['"abc"', "abc"],
    ['"\\u00e9\\n"', "é\n"],
    ['""', ""],
    ["1.10", "1.10"],
    ["12345678901234567890", "12345678901234567890"],
    ["true", "true"],
    ['{"b": 1}', '{"b": 1}'],
  ];
  const records = examples.map(([value]) => `{"a":${value},"n":1.10}`);
  for (const [options, digest] of [
    [{}, plain],
    [{ secret: "s" }, keyed],
  ] as const) {
    assert.deepEqual(
      await textsOf(hashFieldsProcessor, { fields: ["a"], ...options }, records),
      examples.map(([, text]) => `{"a":"${digest(text)}","n":1.10}`),
    );
  }
  assert.deepEqual(await textsOf(hashFieldsProcessor, { fields: ["a"] }, ['{"a":null}']), ['{"a":null}']);
  const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  assert.deepEqual(await textsOf(hashFieldsProcessor, { fields: ["a"] }, ['{"a":"abc"}']), [`{"a":"${abc}"}`]);
});

test("hash-fields hashes a parameter once, as it is decoded, however many paths name it", async () => {
  const fields = ["l[*]?param=t", "l[0]?param=t"];
  assert.deepEqual(await textsOf(hashFieldsProcessor, { fields }, ['{"l":["t=a%20b"]}']), [
    `{"l":["t=${plain("a b")}"]}`,
  ]);
});
