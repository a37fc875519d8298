import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { parse } from "yaml";
import { textsOf } from "../../test/fakes/run-processor.ts";
import type { JsonObject } from "../std/json.ts";
import { parseJsonObject } from "../std/json-node.ts";
import { notJsonOption } from "./json-records.ts";
import { processors } from "./registry.ts";

test("the example of the guide comes out as the guide says", async () => {
  const guide = readFileSync(new URL("../../docs/guides/transforming-records.md", import.meta.url), "utf8");
  const example = guide.slice(guide.indexOf("### An example"));
  const [yaml = "", before = "", after = ""] = Array.from(example.matchAll(/```\w+\n(.*?)\n```/gs), ([, text]) => text);
  const chain = parse(yaml).lakehose.processors as readonly (JsonObject & { readonly type: string })[];
  let record = before;
  for (const { type, ...options } of chain) {
    [record = ""] = await textsOf(definitionOf(type), options, [record], Date.UTC(2026, 10, 21, 8, 30));
  }
  assert.equal(record, after);
});

const SAMPLES: Readonly<Record<string, JsonObject>> = {
  "add-arrival-time": { field: "a" },
  "drop-fields": { fields: ["a", "b.a", "b[*].b", "c[0]", "c[a=b]", "a?param=a"] },
  "hash-fields": { fields: ["a", "b.a", "b[*].b", "c[0]", "c[*]?param=a"] },
  "keep-fields": { fields: ["a", "b.a", "b[*].b", "c[0]", "c[a=b]", "d?param=a"] },
  "mask-fields": { fields: ["a", "b.a", "b[*].b", "c[0]", "c[*]?param=a"], keepLast: 2 },
  "rename-fields": { fields: { a: "b", b: "c", "c[*].a": "b", "d?param=a": "b" } },
};

test("field processors make JSON objects of JSON objects, and touch no member that no path names", async () => {
  const names = fc.constantFrom("a", "b", "c", "d", "untouched");
  const leaf = fc.oneof(fc.jsonValue({ maxDepth: 0 }), fc.constantFrom("a=1&b=2", "a", "b", "/p?a=%20"));
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      leaf,
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(names, tie("value")),
    ),
  }));
  const types = fc.constantFrom(...Object.keys(SAMPLES));
  const property = fc.asyncProperty(types, fc.dictionary(names, value), fc.nat(2), async (type, object, indent) => {
    const text = `${JSON.stringify(object, null, indent)}\n`;
    const [changed = ""] = await textsOf(definitionOf(type), SAMPLES[type] ?? {}, [text]);
    assert.ok(changed.endsWith("\n"));
    const parsed = JSON.parse(changed);
    const expected = type === "keep-fields" ? undefined : JSON.parse(text).untouched;
    assert.deepEqual(parsed.untouched, expected);
    const members = parseJsonObject(Buffer.from(changed))
      ?.members()
      .map(({ name }) => name);
    assert.equal(new Set(members).size, members?.length, changed);
  });
  await fc.assert(property, { numRuns: 500 });
});

test("notJsonOption rejects unless told to keep", () => {
  assert.equal(notJsonOption.parse(undefined), "reject");
  assert.equal(notJsonOption.safeParse("drop").success, false);
});

function definitionOf(type: string) {
  return processors.find((one) => one.type === type) ?? assert.fail(`no processor ${type}`);
}
