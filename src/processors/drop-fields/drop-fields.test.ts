import assert from "node:assert/strict";
import { test } from "node:test";
import { processorConformance } from "../../../test/conformance/processor.ts";
import { runProcessor, textsOf } from "../../../test/fakes/run-processor.ts";
import { dropFieldsProcessor } from "./drop-fields.ts";

processorConformance({
  definition: dropFieldsProcessor,
  options: { fields: ["a", "b.c"] },
  records: ['{"a":1}', '{"b":{"c":1,"d":2}}\n', "{}", "[1]", "", "no json"].map((text) => Buffer.from(text)),
});

test("drop-fields takes members, elements and parameters out and leaves the rest as it stands", async () => {
  const fields = ["password", "a.b", "l[0]", "headers[name~=cookie]", "args?param=token", "deep[*].x"];
  const examples: readonly [string, string][] = [
    ['{"password":"p","n":12345678901234567890, "m" : 1.10}\n', '{"n":12345678901234567890, "m" : 1.10}\n'],
    ['{"n":1,"password":"p"}', '{"n":1}'],
    ['{"password":{"a":1}}', "{}"],
    ['{"a":{"b":1,"c":2}}', '{"a":{"c":2}}'],
    ['{"a":7}', '{"a":7}'],
    ['{"l":[1,2]}', '{"l":[2]}'],
    ['{"headers":[{"name":"Host"},{"name":"cookie","value":"c"},{"name":"COOKIE"}]}', '{"headers":[{"name":"Host"}]}'],
    ['{"args":"a=1&token=t&b=%20&token"}', '{"args":"a=1&b=%20"}'],
    ['{"args":"/p?token=t#x"}', '{"args":"/p?#x"}'],
    ['{"args":5}', '{"args":5}'],
    ['{"deep":[{"x":1,"y":1.0},{"x":2},[],{}]}', '{"deep":[{"y":1.0},{},[],{}]}'],
    ['{"\\u0070assword":1,"é":"\\u00e9"}', '{"é":"\\u00e9"}'],
  ];
  const texts = examples.map(([text]) => text);
  assert.deepEqual(
    await textsOf(dropFieldsProcessor, { fields }, texts),
    examples.map(([, expected]) => expected),
  );
});

test("drop-fields copies nothing when there is nothing to take out", async () => {
  const [outcome] = await runProcessor(dropFieldsProcessor, { fields: ["x"] }, ['{"a":1}']);
  assert.ok(outcome?.result === "kept");
  assert.equal(outcome.bytes.toString(), '{"a":1}');
});

test("drop-fields rejects what is no JSON object, or keeps it", async () => {
  const records = ["", "[]", '"a"', "{} {}", '{"a":1', "plain\n", '{"a":1}'];
  const [first, , , , , plain] = await runProcessor(dropFieldsProcessor, { fields: ["a"] }, records);
  assert.ok(first?.result === "rejected" && plain?.result === "rejected");
  assert.deepEqual(plain, {
    index: 5,
    result: "rejected",
    errorType: "processing-failed",
    code: "Lakehose.NotJsonObject",
    message: 'Expected a JSON object, got "plain\\n"',
    attempts: 1,
  });
  assert.equal(first.message, "Expected a JSON object, got nothing");
  const kept = await textsOf(dropFieldsProcessor, { fields: ["a"], notJson: "keep" }, records);
  assert.deepEqual(kept, [...records.slice(0, -1), "{}"]);
});

test("drop-fields says at definition time what is wrong with a path", () => {
  const { error } = dropFieldsProcessor.optionsSchema.safeParse({ fields: ["a", "b["] });
  assert.match(error?.issues[0]?.message ?? "", /expected a name .* at character 3 of 'b\['/);
  assert.deepEqual(error?.issues[0]?.path, ["fields", 1]);
});
