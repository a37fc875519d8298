import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { TableColumn } from "../table.ts";
import { partitionFilter } from "./partition-filter.ts";

const KEYS: readonly TableColumn[] = [
  { name: "Region", type: "string" },
  { name: "year", type: "int" },
  { name: "day", type: "date" },
  { name: "price", type: "decimal(10,2)" },
  { name: "at", type: "timestamp" },
  { name: "plain" },
];

const ROW = ["eu-west", "2024", "2024-02-29", "9.50", "2024-02-29 10:00:00", "07"];

function holds(expression: string, values: readonly string[] = ROW): boolean {
  return partitionFilter(expression, KEYS)(values);
}

test("partitionFilter() keeps what a WHERE clause keeps", () => {
  const kept = [
    "region = 'eu-west'",
    "REGION <> 'us'",
    "`region` != 'us' and \"year\" = 2024",
    "year=2024 AND (day > '2024-02-28' OR price < 1)",
    "year >= 2024 and year<=2024",
    "2023 < year",
    "year in (1, 2024, 3) and region in ('eu-west')",
    "year not in (1, 2)",
    "year between 2000 and 2024",
    "not year between 2000 and 2023",
    "year not between 2025 and 2026",
    "region like 'eu%' and region like '%w_st' and region not like 'eu'",
    "region is not null and not region is null",
    "NOT NOT NOT (year = 1)",
    "price = 9.5 and price > -9.6",
    "at >= timestamp '2024-02-29T10:00:00.0' and at < '2024-03-01'",
    "day = date '2024-02-29'",
    "day < at",
    "year = 1 or year = 2024 and price = 9.5",
  ];
  for (const expression of kept) assert.equal(holds(expression), true, expression);
  for (const expression of kept) assert.equal(holds(`not (${expression})`), false, expression);
});

test("partitionFilter() compares texts as what they stand beside", () => {
  assert.equal(holds("year = '2024'"), true);
  assert.equal(holds("year = '02024.0'"), true);
  assert.equal(holds("plain = 7"), true, "a string key beside a number is compared as a number");
  assert.equal(holds("plain = '7'"), false, "and beside a text as a text");
  assert.equal(holds("year > '9'"), true, "2024 is less than 9 as a text only");
  assert.equal(holds("region > 5"), false, "a text that is no number is neither above nor below");
  assert.equal(holds("not region > 5"), false);
});

test("partitionFilter() takes Hive's default partition as absent", () => {
  const row = ["__HIVE_DEFAULT_PARTITION__", "__HIVE_DEFAULT_PARTITION__", "null", "1", "x", "y"];
  assert.equal(holds("region is null and year is null", row), true);
  for (const expression of ["year = 1", "year <> 1", "not year = 1", "year in (1)", "year not in (1)"]) {
    assert.equal(holds(expression, row), false, expression);
  }
  assert.equal(holds("day is null", row), true, "a text that is no date is no value either");
  assert.equal(holds("year = 1 or price = 1", row), true);
  assert.equal(holds("year is null", ["eu"]), true, "a key that the table got later has no value");
});

test("partitionFilter() keeps numbers exact beyond what a double holds", () => {
  const keys = [{ name: "id", type: "bigint" }];
  assert.equal(partitionFilter("id > 9007199254740992", keys)(["9007199254740993"]), true);
  assert.equal(partitionFilter("id = 9007199254740992", keys)(["9007199254740993"]), false);
});

test("partitionFilter() says where it stopped and what it expected", () => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    ["", /character 1: expected a partition key or a value, got the end/],
    ["year = ", /character 8: expected a partition key or a value, got the end/],
    ["year 2024", /character 6: expected a comparison, IN, BETWEEN, LIKE or IS NULL, got "2024"/],
    ["month = 1", /character 1: there is no partition key month; the keys are Region, year/],
    ['year = "2024"', /character 8: there is no partition key 2024.*single quotes/],
    ["year = 'abc'", /character 8: 'abc' is no number/],
    ["day = 5", /character 7: a number cannot be compared with a date/],
    ["day = '2024-02-30'", /'2024-02-30' is no date/],
    ["year = 1 year = 2", /character 10: expected AND, OR or the end, got "year"/],
    ["(year = 1", /character 10: expected \), got the end/],
    ["region = 'x", /character 10: the quote ' is never closed/],
    ["year = 1; drop", /character 9: expected a key, a value or an operator, got ";"/],
    ["year in ()", /character 10: expected a partition key or a value, got "\)"/],
    ["year in (day)", /character 10: expected a value, got the name day/],
    ["region like 5", /character 13: expected a text in single quotes/],
    ["region not 5", /character 12: expected IN, BETWEEN or LIKE/],
    ["and = 1", /character 1: expected a partition key or a value, got "and"/],
    [`${"(".repeat(100)}year = 1${")".repeat(100)}`, /more than 64 levels/],
    [`${"not ".repeat(100)}year = 1`, /more than 64 levels/],
    [`year = 1 ${"or year = 1 ".repeat(200)}`, /may have 2048 characters, got 2409/],
  ];
  for (const [expression, message] of wrong) {
    assert.throws(() => holds(expression), { code: "invalid", entity: "partition", message }, expression);
  }
  const flag = [{ name: "flag", type: "boolean" }];
  assert.throws(() => partitionFilter("flag = 'true'", flag), { message: /flag is a boolean, which no filter/ });
  const odd = [{ name: "odd", type: "constructor" }];
  assert.throws(() => partitionFilter("odd = 'true'", odd), { message: /odd is a constructor/ });
});

/** A condition over `s` (string), `n` (int) and `d` (date), with its text and what it says of a row: 1, 0 or ½ for unknown. */
interface Model {
  readonly text: string;
  readonly says: (row: Row) => number;
}

interface Row {
  readonly s: string | null;
  readonly n: number | null;
  readonly d: number | null;
}

const MODEL_KEYS: readonly TableColumn[] = [{ name: "s" }, { name: "n", type: "bigint" }, { name: "d", type: "date" }];
const DAY_MS = 86_400_000;
const dayText = (day: number) => new Date(day * DAY_MS).toISOString().slice(0, 10);
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
const shortText = fc.string({ unit: fc.constantFrom("a", "b", "A", "'", "%", "_", " ", "ü", "."), maxLength: 4 });
const smallInt = fc.integer({ min: -12, max: 12 });
const someDay = fc.integer({ min: 19_000, max: 19_005 });

const KEY_VALUES = {
  s: shortText.map((value) => ({ key: "s" as const, value, text: quoted(value) })),
  n: smallInt.map((value) => ({ key: "n" as const, value, text: String(value) })),
  d: someDay.map((value) => ({ key: "d" as const, value, text: quoted(dayText(value)) })),
};
const keyValue = fc.oneof(KEY_VALUES.s, KEY_VALUES.n, KEY_VALUES.d);
const OPERATORS: readonly (readonly [string, (order: number) => boolean])[] = [
  ["=", (order) => order === 0],
  ["<>", (order) => order !== 0],
  ["!=", (order) => order !== 0],
  ["<", (order) => order < 0],
  ["<=", (order) => order <= 0],
  [">", (order) => order > 0],
  [">=", (order) => order >= 0],
];

function orderOf(a: string | number | null, b: string | number): number {
  return a === null ? Number.NaN : a < b ? -1 : a > b ? 1 : 0;
}

function answer(known: boolean, holds: boolean): number {
  return known ? Number(holds) : 0.5;
}

const comparison: fc.Arbitrary<Model> = fc
  .tuple(keyValue, fc.constantFrom(...OPERATORS))
  .map(([{ key, value, text }, [operator, holds]]) => ({
    text: `${key} ${operator} ${text}`,
    says: (row) => answer(row[key] !== null, holds(orderOf(row[key], value))),
  }));

const membership: fc.Arbitrary<Model> = fc
  .tuple(fc.constantFrom("", "NOT "), fc.array(KEY_VALUES.n, { minLength: 1, maxLength: 4 }))
  .map(([negation, members]) => ({
    text: `n ${negation}in (${members.map(({ text }) => text).join(" ,")})`,
    says: (row) =>
      answer(row.n !== null, members.filter(({ value }) => value === row.n).length > 0 === (negation === "")),
  }));

const range: fc.Arbitrary<Model> = fc.tuple(KEY_VALUES.d, KEY_VALUES.d).map(([low, high]) => ({
  text: `d Between ${low.text} and ${high.text}`,
  says: ({ d }) => answer(d !== null, d !== null && Math.min(d - low.value, high.value - d) >= 0),
}));

const likeness: fc.Arbitrary<Model> = shortText.map((pattern) => {
  const parts = [...pattern].map((one) => (one === "%" ? ".*" : one === "_" ? "." : one === "." ? "\\." : one));
  const expression = new RegExp(`^${parts.join("")}$`, "su");
  return { text: `s LIKE ${quoted(pattern)}`, says: ({ s }) => answer(s !== null, s !== null && expression.test(s)) };
});

const absence: fc.Arbitrary<Model> = fc.constantFrom("s", "n", "d").map((key) => ({
  text: `${key.toUpperCase()} is null`,
  says: (row) => Number(row[key as keyof Row] === null),
}));

/** Kleene's logic in numbers: AND is the least, OR the greatest, NOT the distance to 1. */
const { model } = fc.letrec<{ model: Model }>((tie) => ({
  model: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(comparison, comparison, membership, range, likeness, absence),
    fc.tuple(tie("model"), tie("model")).map(([a, b]) => ({
      text: `(${a.text}) and (${b.text})`,
      says: (row: Row) => Math.min(a.says(row), b.says(row)),
    })),
    fc.tuple(tie("model"), tie("model"), tie("model")).map(([a, b, c]) => ({
      text: `((${a.text}) OR (${b.text}) or(${c.text}))`,
      says: (row: Row) => Math.max(a.says(row), b.says(row), c.says(row)),
    })),
    tie("model").map((a) => ({ text: `NOT (${a.text})`, says: (row: Row) => 1 - a.says(row) })),
  ),
}));

const row: fc.Arbitrary<Row> = fc.record({
  s: fc.option(shortText),
  n: fc.option(smallInt),
  d: fc.option(someDay),
});

test("partitionFilter() agrees with a naive evaluator", () => {
  const property = fc.property(model, fc.array(row, { minLength: 1, maxLength: 6 }), ({ text, says }, rows) => {
    fc.pre(text.length <= 2048);
    const filter = partitionFilter(text, MODEL_KEYS);
    for (const row of rows) {
      const { s, n, d } = row;
      const values = [s, n, d === null ? null : dayText(d)].map((v) => String(v ?? "__HIVE_DEFAULT_PARTITION__"));
      assert.equal(filter(values), says(row) === 1, `${text} for ${values}`);
    }
  });
  fc.assert(property, { numRuns: 1000 });
});

test("partitionFilter() answers whatever text it gets with a filter or a refusal", () => {
  const words = fc.constantFrom(
    "n",
    "s",
    "'",
    "''",
    "(",
    ")",
    "and",
    "not",
    "in",
    "5",
    "=",
    "<",
    ",",
    "`",
    "like",
    " ",
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(words).map((all) => all.join(" ")),
      ),
      (expression) => {
        try {
          partitionFilter(expression, MODEL_KEYS)(["a", "1", "2024-01-01"]);
        } catch (error) {
          assert.match(String(error), /CatalogError: Expression at character \d+: /);
        }
      },
    ),
    { numRuns: 1000 },
  );
});
