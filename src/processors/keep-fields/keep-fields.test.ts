import assert from "node:assert/strict";
import { test } from "node:test";
import { processorConformance } from "../../../test/conformance/processor.ts";
import { textsOf } from "../../../test/fakes/run-processor.ts";
import { keepFieldsProcessor } from "./keep-fields.ts";

processorConformance({
  definition: keepFieldsProcessor,
  options: { fields: ["a", "b.c"] },
  records: ['{"a":1,"x":2}', '{"b":{"c":1,"d":2}}\n', "{}", "[1]", "", "no json"].map((text) => Buffer.from(text)),
});

test("keep-fields keeps what paths lead to, what that stands in, and nothing else", async () => {
  const fields = ["id", "a.b", "l[1]", "h[name=Host].value", "args?param=q", "args?param=p", "all[*].x", "w", "w.x"];
  const examples: readonly [string, string][] = [
    ['{"id":12345678901234567890,"x":1,"m":1.10}\n', '{"id":12345678901234567890}\n'],
    ['{ "x":1, "id":1 }', '{ "id":1 }'],
    ['{"x":1,"y":2}', "{}"],
    ['{"a":{"b":{"c":[1, 2]},"d":2},"x":{"b":1}}', '{"a":{"b":{"c":[1, 2]}}}'],
    ['{"a":{"d":2},"id":null}', '{"id":null}'],
    ['{"a":1,"id":2}', '{"id":2}'],
    ['{"l":[1,2,3]}', '{"l":[2]}'],
    ['{"l":[1]}', "{}"],
    ['{"h":[{"name":"Host","value":"v"},{"name":"Cookie","value":"c"}]}', '{"h":[{"value":"v"}]}'],
    ['{"args":"a=1&q=%20&b=2&p"}', '{"args":"q=%20&p"}'],
    ['{"args":"a=1"}', '{"args":""}'],
    ['{"all":[{"x":1,"y":2},{"y":3},{"x":4}]}', '{"all":[{"x":1},{"x":4}]}'],
    ['{"w":{"x":1,"y":2}}', '{"w":{"x":1,"y":2}}'],
  ];
  assert.deepEqual(
    await textsOf(
      keepFieldsProcessor,
      { fields },
      examples.map(([text]) => text),
    ),
    examples.map(([, expected]) => expected),
  );
});
