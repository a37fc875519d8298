import assert from "node:assert/strict";
import { test } from "node:test";
import { processorConformance } from "../../../test/conformance/processor.ts";
import { textsOf } from "../../../test/fakes/run-processor.ts";
import { maskFieldsProcessor } from "./mask-fields.ts";

processorConformance({
  definition: maskFieldsProcessor,
  options: { fields: ["a", "b?param=c"], keepLast: 2 },
  records: ['{"a":"secret"}', '{"b":"c=secret&d=1"}\n', "{}", "[1]", "", "no json"].map((text) => Buffer.from(text)),
});

test("mask-fields hides values of every kind", async () => {
  const values = ['"secret"', '""', "12345678901234567890", "true", "null", '{"x":1}', "[1]", '"a=1&b"'];
  const records = values.map((value) => `{"n":1.10,"a":${value} }\n`);
  assert.deepEqual(
    await textsOf(maskFieldsProcessor, { fields: ["a"] }, records),
    values.map((value) => `{"n":1.10,"a":${value === "null" ? "null" : '"***"'} }\n`),
  );
});

test("mask-fields keeps the last characters of values that are longer", async () => {
  const examples: readonly [string, string][] = [
    ['"4111111111111111"', '"x1111"'],
    ['"12345"', '"x2345"'],
    ['"1234"', '"x"'],
    ["12345678901234567890", '"x7890"'],
    ['"ab\\n\\"\\u00e9\u{1f600}"', '"x\\n\\"\u00e9\u{1f600}"'],
    ['{"b":"12345"}', '"x"'],
  ];
  assert.deepEqual(
    await textsOf(
      maskFieldsProcessor,
      { fields: ["a"], text: "x", keepLast: 4 },
      examples.map(([value]) => `{"a":${value}}`),
    ),
    examples.map(([, expected]) => `{"a":${expected}}`),
  );
});

test("mask-fields reaches into name-and-value lists and query strings", async () => {
  const fields = ["h[name=Cookie].value", "args?param=token", "args?param=key"];
  const record =
    '{"h":[{"name":"Host","value":"v"},{"name":"Cookie","value":"c"}],"args":"a=%20&token=t&key=k&token=u"}';
  const expected =
    '{"h":[{"name":"Host","value":"v"},{"name":"Cookie","value":"***"}],"args":"a=%20&token=***&key=***&token=***"}';
  assert.deepEqual(await textsOf(maskFieldsProcessor, { fields }, [record]), [expected]);
});

test("mask-fields hides the whole where one path lies inside another", async () => {
  for (const fields of [
    ["a", "a.b"],
    ["a.b", "a"],
    ["a[*]", "a"],
  ]) {
    assert.deepEqual(await textsOf(maskFieldsProcessor, { fields }, ['{"a":{"b":1,"c":2}}']), ['{"a":"***"}']);
  }
});
