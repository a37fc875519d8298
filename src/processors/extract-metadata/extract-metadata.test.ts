import assert from "node:assert/strict";
import { test } from "node:test";
import { processorConformance } from "../../../test/conformance/processor.ts";
import { batchOfRecords } from "../../../test/fakes/batch-of-records.ts";
import { processorDependencies } from "../../../test/fakes/processor-dependencies.ts";
import type { Outcome } from "../processor.ts";
import { extractMetadataProcessor } from "./extract-metadata.ts";

const records = ['{"a":"x","b":{"c":1.0}}', '{"a":"é😀","b":{"c":true}}', '{"a":null}', '{"a":""}', "{", "", "1"].map(
  (text) => Buffer.from(text),
);

processorConformance({
  definition: extractMetadataProcessor,
  options: { query: '{a, c: .b.c, day: "2026"}' },
  records,
});

processorConformance({
  definition: extractMetadataProcessor,
  options: { query: '{a: .a|sub("x";"z")}' },
  records,
});

async function extract(query: string, record: string, more: { readonly keysMax?: number } = {}): Promise<Outcome> {
  const processor = extractMetadataProcessor.create({ query, ...more }, processorDependencies());
  const { outcomes } = await processor.process(batchOfRecords([Buffer.from(record)]), new AbortController().signal);
  await processor.close();
  const [outcome] = outcomes;
  assert.ok(outcome);
  return outcome;
}

async function valuesOf(query: string, record: string) {
  const outcome = await extract(query, record);
  assert.ok(outcome.result === "kept" && outcome.bytes.toString() === record, JSON.stringify(outcome));
  return { ...outcome.partitionValues };
}

test("extract-metadata answers the queries that people write", async () => {
  const trip =
    '{"id":7,"pickup":{"location":12},"at":1544400000,"when":"2018-12-10T00:00:00Z","live":true,"price":84.50}';
  const examples: readonly [string, Record<string, string>][] = [
    ["{id: .id, location: .pickup.location}", { id: "7", location: "12" }],
    ['{year:.at|strftime("%Y"),month:.at|strftime("%m")}', { year: "2018", month: "12" }],
    ["{day: .when[0:10], live, price}", { day: "2018-12-10", live: "true", price: "84.5" }],
    ['{"event day": (.when | fromdate | strftime("%Y/%m/%d"))}', { "event day": "2018/12/10" }],
    ['{type: (.type // "none")}', { type: "none" }],
    ['{size: (if .price > 50 then "large" else "small" end)}', { size: "large" }],
    ['{key: "\\(.id)-\\(.pickup["location"])"}', { key: "7-12" }],
    ['{month: (.when | split("-")[1])}', { month: "12" }],
    ["{ms: (.at * 1000 | tostring)}", { ms: "1544400000000" }],
    ['{month: (.when | sub("-.*"; ""))}', { month: "2018" }],
    ["{n: ([.pickup[]] | add)}", { n: "12" }],
  ];
  for (const [query, values] of examples) {
    const expected = Object.entries(values).map(([key, value]) => [`query:${key}`, value]);
    assert.deepEqual(await valuesOf(query, trip), Object.fromEntries(expected), query);
  }
});

test("extract-metadata is pure when the query needs no more than our own engine", () => {
  const isPure = (query: string) => extractMetadataProcessor.create({ query }, processorDependencies()).pure;
  for (const query of ["{a:.a}", '{a:(.a|strftime("%Y"))}', ".tags"]) assert.equal(isPure(query), true, query);
  for (const query of ["{a:now}", "{a:.b[]}", '{a:.a|test("x")}', "{a:.a"]) assert.equal(isPure(query), false, query);
});

test("extract-metadata rejects what gives no value, as AWS does", async () => {
  const examples: readonly [string, string, RegExp][] = [
    ["{a}", '{"a":null}', /partitionKeys values must not be null or empty/],
    ["{a}", "{}", /partitionKeys values must not be null or empty/],
    ["{a}", '{"a":""}', /partitionKeys values must not be null or empty/],
    ["{a: .b.c}", '{"b":1}', /number cannot be indexed with "c"/],
    ["{a}", '{"a":[1]}', /a is an array, expected a string/],
    [".a", '{"a":1}', /has to give an object, it gave number/],
    ["{a: .b?}", "[]", /the query gave nothing/],
    ["{a}", '{"a":1}{"a":2}', /not one JSON value/],
    ["{a: .a[]}", '{"a":[1,2]}', /more than one object/],
    ["{a: (.a", '{"a":1}', /jq does not take the query: jq: error: syntax error/],
    ["{a: error}", "{}", /extract partition keys/],
  ];
  for (const [query, record, message] of examples) {
    const outcome = await extract(query, record);
    assert.ok(outcome.result === "rejected", query);
    assert.match(outcome.message, message);
    const { errorType, code, attempts } = outcome;
    assert.deepEqual(
      [errorType, code, attempts],
      ["processing-failed", "DynamicPartitioning.MetadataExtractionFailed", 1],
    );
  }
});

test("extract-metadata gives at most as many keys as it may", async () => {
  const query = `{${Array.from({ length: 51 }, (_, at) => `k${at}: .a`).join(",")}}`;
  const outcome = await extract(query, '{"a":1}');
  assert.ok(outcome.result === "rejected" && /51 keys, at most 50/.test(outcome.message));
  assert.equal((await extract(query, '{"a":1}', { keysMax: 51 })).result, "kept");
});

test("extract-metadata keeps values of processors before it", async () => {
  const processor = extractMetadataProcessor.create({ query: "{a}" }, processorDependencies());
  const batch = batchOfRecords([Buffer.from('{"a":1}')]);
  const outcomes = batch.outcomes.map((outcome) => ({ ...outcome, partitionValues: { "lambda:b": "2" } }));
  const result = await processor.process({ ...batch, outcomes }, new AbortController().signal);
  assert.deepEqual(result.outcomes[0], { ...outcomes[0], partitionValues: { "lambda:b": "2", "query:a": "1" } });
});

test("extract-metadata stands hostile records", async () => {
  const deep = 100_000;
  const hostile = [
    "[".repeat(deep),
    "[".repeat(deep) + "]".repeat(deep),
    `{"a":${"9".repeat(100_000)}}`,
    '{"a":1e999999999}',
    '{"__proto__":{"a":1}}',
    '{"a":"\\ud800"}',
    '{"a":"\u0000"}',
    `{"a":${'{"a":'.repeat(deep)}1${"}".repeat(deep)}}`,
  ];
  for (const query of ["{a}", '{a: (.a | tostring | split("1")[0])}', "{a: [.a][0]}"]) {
    for (const record of hostile) await extract(query, record);
  }
  for (const name of ["constructor", "__proto__", "toString"]) {
    assert.equal((await extract(`{${name}}`, "{}")).result, "rejected", name);
  }
  assert.deepEqual(await valuesOf("{a: .__proto__.a}", '{"__proto__":{"a":1}}'), { "query:a": "1" });
});
