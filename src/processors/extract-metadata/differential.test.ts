/**
 * Our own engine against jq. Queries of our part of the language are generated and asked of documents that have what
 * they look for, or not, or something else there; both engines have to give the same values, or both none.
 *
 * `LAKEHOSE_TEST_JQ=/usr/bin/jq` asks an installed jq as well; for 1.6 its answers are the definition.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import fc from "fast-check";
import type { JsonValue } from "../../std/json.ts";
import { compiledEngine } from "./compiled-engine.ts";
import type { Answer } from "./query-engine.ts";
import { answerOfLine, askJq, documentOf } from "./reference/jq-call.ts";
import { type Jq, loadJq } from "./reference/jq-wasm.ts";

const KEYS_MAX = 50;
const RUNS = 400;

const NO_JQ = process.env.LAKEHOSE_TEST_JQ === undefined ? "LAKEHOSE_TEST_JQ names no jq" : false;

const name = fc.constantFrom("a", "b", "id", "ts", "constructor", "__proto__", "length", "toString");
const text = fc.oneof(
  fc.constantFrom(
    "",
    "a",
    "abc",
    "A-b-C",
    "2021-03-04T05:06:07Z",
    "12",
    "-1.50",
    "1e3",
    "x/y",
    "é😀z",
    '\u007f\n\t"\\',
  ),
  fc.string({ unit: "grapheme", maxLength: 6 }),
);
const number = fc.oneof(
  fc.constantFrom(0, -0, 1, 1.5, 1e15, 1e16, 1e17, 123456789012345680000, 0.0001, 0.00001, 1e-7, 5e-324, 1e300),
  fc.constantFrom(1_609_459_200, 1_609_459_200.75, 951_782_400, -86_400.5, 1_609_459_200_000),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

const scalar = fc.oneof(text, number, fc.boolean(), fc.constant(null)) as fc.Arbitrary<JsonValue>;
const { document } = fc.letrec<{ document: JsonValue; inner: JsonValue }>((tie) => ({
  document: fc.oneof({ weight: 8, arbitrary: fc.dictionary(name, tie("inner"), { maxKeys: 7 }) }, scalar),
  inner: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { weight: 5, arbitrary: scalar },
    fc.array(tie("inner"), { maxLength: 3 }),
    fc.dictionary(name, tie("inner"), { maxKeys: 4 }),
  ),
}));

const quoted = fc.constantFrom("a", "-", "", "T", "é", "12", "x y", "/").map((value) => JSON.stringify(value));
const index = fc.integer({ min: -3, max: 6 });
const step = fc.oneof(
  { weight: 4, arbitrary: name.map((one) => `.${one}`) },
  name.map((one) => `["${one}"]`),
  index.map((at) => `[${at}]`),
  fc.tuple(index, index).map(([from, to]) => `[${from}:${to}]`),
  index.map((from) => `[${from}:]`),
  index.map((to) => `[:${to}]`),
);
const steps = fc.array(
  fc.tuple(step, fc.constantFrom("", "", "", "?")).map((parts) => parts.join("")),
  { maxLength: 3 },
);
const path = steps.map((taken) => {
  const joined = taken.join("");
  return joined.startsWith(".") ? joined : `.${joined}`;
});
const call = fc.oneof(
  fc.constantFrom("tostring", "tonumber", "length", "not", "type", "ascii_downcase", "ascii_upcase", "floor", "todate"),
  fc.constantFrom("fromdate", "fromdateiso8601"),
  fc
    .tuple(fc.constantFrom("split", "startswith", "endswith", "ltrimstr", "rtrimstr"), quoted)
    .map(([function_, argument]) => `${function_}(${argument})`),
  fc
    .constantFrom(
      "%Y",
      "%m",
      "%d/%H",
      "%Y-%m-%dT%H:%M:%SZ",
      "%F %T",
      "%j %a %A %b %B",
      "%e%%%u%w",
      "%I:%M %p",
      "%y%D%R",
    )
    .map((pattern) => `strftime("${pattern}")`),
);
const literal = fc.oneof(quoted, fc.constantFrom("null", "true", "false", "0", "1", "-1", "7", "1000", "0.5"));
const operator = fc.constantFrom("//", "and", "or", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%");

const { expression } = fc.letrec<{ expression: string; term: string }>((tie) => ({
  term: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { weight: 4, arbitrary: path },
    literal,
    fc.tuple(path, call).map(([of, then]) => `(${of}|${then})`),
    tie("expression").map((inner) => `(${inner})`),
    fc.tuple(tie("expression"), call).map(([inner, then]) => `(${inner}|${then})`),
    tie("term").map((inner) => `"<\\(${inner})>"`),
    fc.tuple(name, tie("term")).map(([key, value]) => `{"${key}":${value}}`),
  ),
  expression: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { weight: 3, arbitrary: tie("term") },
    fc.tuple(tie("term"), operator, tie("term")).map((parts) => parts.join(" ")),
    fc.tuple(tie("term"), operator, tie("term"), operator, tie("term")).map((parts) => parts.join(" ")),
    fc
      .tuple(tie("expression"), tie("expression"), tie("expression"))
      .map(([condition, yes, no]) => `(if ${condition} then ${yes} else ${no} end)`),
  ),
}));
const key = fc.constantFrom("k1", '"k 2"', "k3");
const member = fc.oneof(
  fc.tuple(key, expression).map(([left, right]) => `${left}: (${right})`),
  fc.tuple(key, path, call).map(([left, of, then]) => `${left}:${of}|${then}`),
  fc.tuple(key, path).map(([left, of]) => `${left}:${of}`),
  fc.constantFrom("a", "id", "ts"),
);
const query = fc.oneof(
  { weight: 5, arbitrary: fc.array(member, { minLength: 1, maxLength: 3 }).map((list) => `{${list.join(", ")}}`) },
  expression,
);

test("our own engine gives what jq gives", async () => {
  const jq = await loadJq();
  let asked = 0;
  fc.assert(
    fc.property(query, fc.array(document, { minLength: 4, maxLength: 8 }), (asking, documents) => {
      const ours = ownAnswers(asking, documents);
      const theirs = ours && jqAnswers(jq, asking, documents);
      if (ours === undefined || theirs === undefined) return;
      asked++;
      expectSame(asking, ours, theirs);
    }),
    { numRuns: RUNS },
  );
  assert.ok(asked > RUNS / 2, `only ${asked} of ${RUNS} queries were in our part of jq`);
});

test("our own engine gives what an installed jq gives", { skip: NO_JQ }, () => {
  const program = process.env.LAKEHOSE_TEST_JQ ?? "jq";
  const jq: Jq = { raw: (input, filter, flags) => execFileSync(program, [...flags, filter], { input }).toString() };
  fc.assert(
    fc.property(query, fc.array(document, { minLength: 20, maxLength: 40 }), (asking, documents) => {
      const ours = ownAnswers(asking, documents);
      const theirs = ours && jqAnswers(jq, asking, documents);
      if (ours !== undefined && theirs !== undefined) expectSame(asking, ours, theirs);
    }),
    { numRuns: RUNS / 4 },
  );
});

/** None for texts that ours refuses to make, since jq would run out of memory, and for times that jq's clock has not. */
function ownAnswers(asking: string, documents: readonly JsonValue[]): readonly Answer[] | undefined {
  if (WRITES_TIMES.test(asking) && UNUSUAL.test(JSON.stringify(documents))) return undefined;
  const engine = compiledEngine(asking, KEYS_MAX);
  const answers = engine && documents.map((one) => engine.answer(Buffer.from(JSON.stringify(one))));
  return answers?.some(({ problem }) => problem?.includes("is too long")) ? undefined : answers;
}

/**
 * `undefined` when jq does not compile it: it refuses a division by a zero that stands in the query. Releases before 1.7
 * also have mistakes by which they abort.
 */
function jqAnswers(jq: Jq, asking: string, documents: readonly JsonValue[]): readonly Answer[] | undefined {
  const texts = documents.map((one) => documentOf(one) ?? "null");
  try {
    return askJq(jq, asking, texts).map((line) => answerOfLine(line, KEYS_MAX));
  } catch (error) {
    if (/[Dd]ivision by zero|Assertion .* failed/.test(String(error))) return undefined;
    throw error;
  }
}

/** Messages are each engine's own, and ours has limits that jq has not. */
function expectSame(asking: string, ours: readonly Answer[], theirs: readonly Answer[]): void {
  assert.equal(ours.length, theirs.length);
  for (const [at, answer] of ours.entries()) {
    if (OWN_LIMITS.test(answer.problem ?? "") || isBeyondDates(asking, answer)) continue;
    const told = answer.problem ?? theirs[at]?.problem;
    assert.deepEqual(valuesOf(answer), valuesOf(theirs[at]), told);
  }
}

/** The C library of `jq-web` writes a sign before years of five digits; that of an installed jq does not. */
function valuesOf(answer: Answer | undefined): unknown {
  return JSON.parse(JSON.stringify(answer?.values ?? "none").replaceAll(/\+(?=\d{5})/g, ""));
}

/**
 * The clock of `jq-web` is JavaScript's, which ends in the year 275760; later times are 1900 to it. And a hair before a full
 * second jq writes the second after it.
 */
function isBeyondDates(asking: string, { values }: Answer): boolean {
  return WRITES_TIMES.test(asking) && /\d{6}/.test(JSON.stringify(values ?? {}));
}

const WRITES_TIMES = /strftime|todate/;
const UNUSUAL = /\d{14}|e[-+]\d\d/;

const OWN_LIMITS = /is before 1000|is beyond exact numbers|is too far away/;
