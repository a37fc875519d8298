import assert from "node:assert/strict";
import { test } from "node:test";
import { processorConformance } from "../../../test/conformance/processor.ts";
import { textsOf } from "../../../test/fakes/run-processor.ts";
import { renameFieldsProcessor } from "./rename-fields.ts";

processorConformance({
  definition: renameFieldsProcessor,
  options: { fields: { a: "b" } },
  records: ['{"a":1}', '{"a":1,"b":2}\n', "{}", "[1]", "", "no json"].map((text) => Buffer.from(text)),
});

test("rename-fields renames members and parameters where they stand", async () => {
  const fields = { a: 'x"', "o.b": "c", "l[*].n": "m", "args?param=t": "u v", "h[name=A].value": "v" };
  const examples: readonly [string, string][] = [
    ['{"a" : 12345678901234567890,"z":1.10}\n', '{"x\\"" : 12345678901234567890,"z":1.10}\n'],
    ['{"o":{"b":1},"b":2}', '{"o":{"c":1},"b":2}'],
    ['{"l":[{"n":1},{"n":2},3]}', '{"l":[{"m":1},{"m":2},3]}'],
    ['{"args":"a=1&t=%20&t"}', '{"args":"a=1&u%20v=%20&u%20v"}'],
    ['{"h":[{"name":"A","value":1},{"name":"B","value":2}]}', '{"h":[{"name":"A","v":1},{"name":"B","value":2}]}'],
    ['{"none":1}', '{"none":1}'],
  ];
  assert.deepEqual(
    await textsOf(
      renameFieldsProcessor,
      { fields },
      examples.map(([text]) => text),
    ),
    examples.map(([, expected]) => expected),
  );
});

test("rename-fields never lets a name stand twice", async () => {
  const rename = async (fields: Record<string, string>, record: string) =>
    (await textsOf(renameFieldsProcessor, { fields }, [record]))[0];
  assert.equal(await rename({ a: "b" }, '{"a":1,"b":2,"c":3}'), '{"b":1,"c":3}');
  assert.equal(await rename({ a: "b" }, '{"b":2,"a":1}'), '{"b":1}');
  assert.equal(await rename({ a: "b" }, '{"b":2}'), '{"b":2}');
  assert.equal(await rename({ a: "b", b: "a" }, '{"a":1,"b":2}'), '{"b":1,"a":2}');
  assert.equal(await rename({ a: "c", b: "c" }, '{"a":1,"b":2}'), '{"c":2}');
  assert.equal(await rename({ a: "a" }, '{"a":1}'), '{"a":1}');
  assert.equal(await rename({ "q?param=a": "b", "q?param=b": "a" }, '{"q":"a=1&b=2"}'), '{"q":"b=1&a=2"}');
});

test("rename-fields says at definition time what has no name", () => {
  for (const fields of [{ "a[0]": "b" }, { "a[k=v]": "b" }, {}, { "a[": "b" }, { a: 1 }]) {
    assert.equal(renameFieldsProcessor.optionsSchema.safeParse({ fields }).success, false, JSON.stringify(fields));
  }
});
