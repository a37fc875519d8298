import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { JsonValue } from "../../std/json.ts";
import { checkSchema } from "./check-schema.ts";
import type { Column } from "./column-type.ts";
import { formatHiveType } from "./hive-type.ts";
import { type LearnOptions, SchemaLearner } from "./infer-schema.ts";
import { COLUMNS_MAX, TYPE_DEPTH_MAX } from "./schema-limits.ts";
import { widen } from "./widen.ts";

function learn(values: readonly JsonValue[], options?: LearnOptions): readonly Column[] {
  const learner = new SchemaLearner(options);
  for (const value of values) learner.add(value);
  return learner.schema().columns;
}

function texts(columns: readonly Column[]): Record<string, string> {
  return Object.fromEntries(columns.map(({ name, type }) => [name, formatHiveType(type)]));
}

test("SchemaLearner learns the types of JSON", () => {
  const record = { Text: "x", whole: 7, part: 0.5, yes: true, none: null, list: [1, 2.5], sub: { a: 1, B: "b" } };
  assert.deepEqual(texts(learn([record])), {
    text: "string",
    whole: "bigint",
    part: "double",
    yes: "boolean",
    list: "array<double>",
    sub: "struct<a:bigint,b:string>",
  });
});

test("SchemaLearner tells integers of 64 bits from greater ones", () => {
  assert.deepEqual(texts(learn([{ a: -(2 ** 63), b: 2 ** 63, c: 1e300 }])), { a: "bigint", b: "double", c: "double" });
});

test("SchemaLearner leaves out what nothing is known of, until a record tells", () => {
  const empty = { a: null, b: [], c: {}, d: [null, []], e: [{}] };
  assert.deepEqual(learn([empty]), []);
  assert.deepEqual(texts(learn([empty, { a: 1, b: ["x"], c: { y: 1 }, d: [[true]], e: [{ z: 2 }] }])), {
    a: "bigint",
    b: "array<string>",
    c: "struct<y:bigint>",
    d: "array<array<boolean>>",
    e: "array<struct<z:bigint>>",
  });
});

test("SchemaLearner makes strings of what disagrees", () => {
  const values = [{ a: 1, b: true, c: { x: 1 }, d: [1] }, { a: "one", b: 0, c: "x", d: { x: 1 } }, { d: [] }];
  assert.deepEqual(texts(learn(values)), { a: "string", b: "string", c: "string", d: "string" });
});

test("SchemaLearner finds timestamps and dates when asked", () => {
  const record = { at: "2026-11-21T10:20:30.123Z", local: "2026-11-21 10:20:30", day: "2026-11-21", no: "2026-13-21" };
  assert.deepEqual(Object.values(texts(learn([record]))), ["string", "string", "string", "string"]);
  assert.deepEqual(texts(learn([record], { timestamps: true })), {
    at: "timestamp",
    local: "timestamp",
    day: "date",
    no: "string",
  });
  assert.deepEqual(texts(learn([{ at: "2026-11-21" }, { at: "2026-11-21 00:00:00" }], { timestamps: true })), {
    at: "timestamp",
  });
  assert.deepEqual(texts(learn([{ at: "2026-11-21T10:20:30+01:00" }], { timestamps: true })), { at: "string" });
});

test("SchemaLearner ignores values that are no objects and names that are none", () => {
  assert.deepEqual(learn([1, "x", null, [{ a: 1 }], { "": 1, ["x".repeat(256)]: 1 }]), []);
  const hostile = learn([JSON.parse('{"__proto__":1,"constructor":"x"}')]);
  assert.deepEqual(
    hostile.map(({ name }) => name),
    ["__proto__", "constructor"],
  );
});

test("SchemaLearner is bounded in columns and depth", () => {
  const wide = Object.fromEntries(Array.from({ length: COLUMNS_MAX + 10 }, (_, index) => [`k${index}`, 1]));
  assert.equal(learn([wide]).length, COLUMNS_MAX);
  let deep: JsonValue = 1;
  for (let level = 0; level < TYPE_DEPTH_MAX + 100; level++) deep = level % 2 === 0 ? { a: deep } : [deep];
  const columns = learn([{ deep }]);
  checkSchema({ columns });
});

const anyRecord = fc.dictionary(
  fc.constantFrom("a", "A", "b", "c"),
  fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom<JsonValue>(null, true, 1, 2.5, "x", "2026-01-01", "2026-01-01T00:00:00Z"),
      fc.array(tie("value"), { maxLength: 3 }) as fc.Arbitrary<JsonValue>,
      fc.dictionary(fc.constantFrom("x", "y"), tie("value"), { maxKeys: 2 }) as fc.Arbitrary<JsonValue>,
    ),
  })).value,
);

test("SchemaLearner learns the same types whatever the order of records", () => {
  fc.assert(
    fc.property(fc.array(anyRecord, { maxLength: 6 }), fc.boolean(), (records, timestamps) => {
      const forwards = learn(records, { timestamps });
      const backwards = learn([...records].reverse(), { timestamps });
      assert.deepEqual(canonical(forwards), canonical(backwards));
      if (forwards.length > 0) checkSchema({ columns: forwards });
    }),
    { numRuns: 500 },
  );
});

test("SchemaLearner and widen() agree: learning batch by batch holds what learning at once does", () => {
  fc.assert(
    fc.property(fc.array(anyRecord, { maxLength: 6 }), (records) => {
      const batches = records.map((record) => ({ columns: learn([record]) }));
      const widened = batches.reduce((schema, batch) => widen(schema, batch), { columns: [] as readonly Column[] });
      const atOnce = { columns: learn(records) };
      // An empty array or object in a batch of its own says nothing, beside a number it says "both": hence one direction.
      assert.deepEqual(Object.keys(texts(widened.columns)).sort(), Object.keys(texts(atOnce.columns)).sort());
      assert.deepEqual(canonical(widen(atOnce, widened).columns), canonical(atOnce.columns));
    }),
    { numRuns: 300 },
  );
});

function canonical(columns: readonly Column[]): unknown {
  const sorted = (parts: readonly Column[]): Column[] =>
    [...parts].sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ name, type }) => ({ name, type: sortedType(type) }));
  const sortedType = (type: Column["type"]): Column["type"] => {
    if (type.kind === "struct") return { kind: "struct", fields: sorted(type.fields) };
    if (type.kind === "array") return { kind: "array", element: sortedType(type.element) };
    return type;
  };
  return sorted(columns);
}
