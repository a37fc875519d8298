import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../../../std/clock.ts";
import type { Answer } from "../query-engine.ts";
import { JQ_LIMITS, type JqLimits, jqEngine } from "./jq-engine.ts";

const signal = new AbortController().signal;

function engine(query: string, limits: Partial<JqLimits> = {}) {
  return jqEngine({ query, keysMax: 50, clock: systemClock, limits: { ...JQ_LIMITS, ...limits } });
}

const records = (...texts: string[]) => texts.map((text) => Buffer.from(text));
const told = (answers: readonly Answer[]) => answers.map(({ values, problem }) => values ?? problem);

test("jqEngine() answers each record, in order, those that are no JSON too", async () => {
  const jq = engine('{a: (.a | ascii_downcase | gsub("-"; "_"))}');
  assert.deepEqual(told(await jq.answer(records('{"a":"X-1"}', "{", '{"a":1}', '{"a":"é"}'), signal)), [
    { "query:a": "x_1" },
    "Could not extract partition keys: the record is not one JSON value",
    "Could not extract partition keys: explode input must be a string",
    { "query:a": "é" },
  ]);
  assert.deepEqual(await jq.answer([], signal), []);
  await jq.close();
});

test("jqEngine() writes numbers as jq 1.6 does", async () => {
  const jq = engine("{a: ([.a] | .[0] | tostring)}");
  const numbers = ["1.0", "1.50", "100000000000000000", "1e2", "0.00001", "12345678901234567890"];
  const answers = await jq.answer(records(...numbers.map((number) => `{"a":${number}}`)), signal);
  const texts = ["1", "1.5", "1e+17", "100", "1e-05", "12345678901234567000"];
  assert.deepEqual(
    answers.map(({ values }) => values?.["query:a"]),
    texts,
  );
  await jq.close();
});

test("jqEngine() shares a call between batches that wait together", async () => {
  const jq = engine("{a: (.a, empty)}");
  const batches = Array.from({ length: 20 }, (_, at) => jq.answer(records(`{"a":${at}}`, `{"a":-1}`), signal));
  for (const [at, answers] of (await Promise.all(batches)).entries()) {
    assert.deepEqual(told(answers), [{ "query:a": String(at) }, { "query:a": "-1" }]);
  }
  await jq.close();
});

const QUICK = { callMs: 700, recordMs: 700 };

test("jqEngine() rejects the record on which a query runs away, and no other; the next batch works", async () => {
  const jq = engine("{a: (if .a == 2 then last(range(1e15)) else .a end)}", QUICK);
  const answers = await jq.answer(records('{"a":1}', '{"a":2}', '{"a":3}'), signal);
  assert.deepEqual(told(answers), [
    { "query:a": "1" },
    "Could not extract partition keys: the query took longer than 700 ms",
    { "query:a": "3" },
  ]);
  assert.deepEqual(told(await jq.answer(records('{"a":4}'), signal)), [{ "query:a": "4" }]);
  await jq.close();
});

test("jqEngine() gives a call up when the query runs away on one record after another", async () => {
  const jq = engine("{a: last(range(1e15))}", { callMs: 300, recordMs: 300, runawaysMax: 2 });
  const answers = await jq.answer(records("1", "2", "3", "4"), signal);
  assert.equal(answers.filter(({ problem }) => problem?.includes("took longer")).length, 2);
  assert.equal(answers.filter(({ problem }) => problem?.includes("ran away")).length, 2);
  await jq.close();
});

test("jqEngine() bounds the memory of a query, and survives it", async () => {
  const jq = engine("{a: (if .a == 2 then [range(1e8)] | length else .a end)}", {
    callMs: 60_000,
    recordMs: 60_000,
    memoryBytesMax: 48 * 1024 * 1024,
  });
  const [first, second, third] = await jq.answer(records('{"a":1}', '{"a":2}', '{"a":3}'), signal);
  assert.deepEqual([first?.values, third?.values], [{ "query:a": "1" }, { "query:a": "3" }]);
  assert.match(second?.problem ?? "", /jq broke off/);
  await jq.close();
});

test("jqEngine() goes on behind a query that ends jq", async () => {
  const jq = engine("if .a == 2 then halt else {a} end", QUICK);
  assert.deepEqual(told(await jq.answer(records('{"a":1}', '{"a":2}', '{"a":3}'), signal)), [
    { "query:a": "1" },
    "Could not extract partition keys: the query ended jq",
    { "query:a": "3" },
  ]);
  await jq.close();
});

test("jqEngine() ends a thread that nobody asks, and starts another", async () => {
  const jq = engine("{a: (.a, empty)}", { idleMs: 1 });
  for (let count = 0; count < 2; count++) {
    assert.deepEqual(told(await jq.answer(records('{"a":1}'), signal)), [{ "query:a": "1" }]);
    await systemClock.sleep(20);
  }
  await jq.close();
});

test("jqEngine() lets go of a question whose signal is aborted", async () => {
  const jq = engine("{a: last(range(1e15))}", QUICK);
  const abort = new AbortController();
  const question = jq.answer(records("1"), abort.signal);
  abort.abort(new Error("stop"));
  await assert.rejects(question, /stop/);
  await jq.close();
});
