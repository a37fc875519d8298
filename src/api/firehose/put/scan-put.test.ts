import assert from "node:assert/strict";
import { test } from "node:test";
import { recordAt, recordCount } from "../../../model/records.ts";
import { type Random, seededRandom } from "../../../std/random.ts";
import { parseJsonObject } from "../../protocol/json-protocol.ts";
import { WireError } from "../../protocol/wire-error.ts";
import { parsePutRecord, parsePutRecordBatch } from "./parse-put.ts";
import { AWS_PUT_LIMITS, type PutLimits } from "./put-limits.ts";
import { type Put, scanPutRecord, scanPutRecordBatch } from "./scan-put.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");

function recordsOf(put: Put | null): string[] | undefined {
  if (put === null) return undefined;
  return Array.from({ length: recordCount(put.records) }, (_, index) =>
    recordAt(put.records, index).toString("latin1"),
  );
}

const scanBatch = (text: string, limits: PutLimits = AWS_PUT_LIMITS) =>
  recordsOf(scanPutRecordBatch(Buffer.from(text), limits));

test("scanPutRecordBatch() takes what SDKs send: compact, boto's blanks, either order of members", () => {
  const list = `[{"Data":"${base64("a")}"},{"Data":""},{"Data":"${base64("ccc")}"}]`;
  const spaced = list.replaceAll(":", ": ").replaceAll(",", ", ");
  const expected = ["a", "", "ccc"];
  assert.deepEqual(scanBatch(`{"DeliveryStreamName":"my-s_t.1","Records":${list}}`), expected);
  assert.deepEqual(scanBatch(`{"DeliveryStreamName": "s", "Records": ${spaced}}`), expected);
  assert.deepEqual(scanBatch(`{"Records":${list},"DeliveryStreamName":"a-b_c"}`), expected);
  assert.deepEqual(scanBatch(`\r\n{\t"DeliveryStreamName" : "s" ,\n"Records" : ${list} } \n`), expected);
});

test("scanPutRecordBatch() decodes into one buffer of exact size", () => {
  const body = Buffer.from(`{"DeliveryStreamName":"s","Records":[{"Data":"${base64("abcd")}"},{"Data":"YWI="}]}`);
  const put = scanPutRecordBatch(body, AWS_PUT_LIMITS);
  assert.equal(put?.records.bytes.length, 6);
  assert.deepEqual([...(put?.records.ends ?? [])], [4, 6]);
});

test("scanPutRecordBatch() leaves everything unusual to the parser", () => {
  const good = `{"Data":"YWI="}`;
  const lists = [
    "[]",
    "null",
    `[${good},]`,
    `[${good}`,
    `[null]`,
    `[{"Data":null}]`,
    `[{"Data":"YWI"}]`,
    `[{"Data":"YW-="}]`,
    `[{"Data":"YW_="}]`,
    `[{"Data":"YW\\u0049="}]`,
    `[{"Data":"YQ==YQ=="}]`,
    `[{"Data":"Y\n=="}]`,
    `[{"Data":"====" }]`,
    `[{"Data":"éé"}]`,
    `[{"Data":"YWI=","More":1}]`,
    `[{"data":"YWI="}]`,
    `[{}]`,
  ];
  for (const list of lists) assert.equal(scanBatch(`{"DeliveryStreamName":"s","Records":${list}}`), undefined, list);
  const wholes = [
    "",
    "[]",
    `{"DeliveryStreamName":"","Records":[${good}]}`,
    `{"DeliveryStreamName":"a b","Records":[${good}]}`,
    `{"DeliveryStreamName":"${"n".repeat(65)}","Records":[${good}]}`,
    `{"DeliveryStreamName":"s","DeliveryStreamName":"s"}`,
    `{"Records":[${good}],"Records":[${good}]}`,
    `{"DeliveryStreamName":"s"}`,
    `{"DeliveryStreamName":"s","Records":[${good}],"More":1}`,
    `{"DeliveryStreamName":"s","Records":[${good}]}x`,
    `\ufeff{"DeliveryStreamName":"s","Records":[${good}]}`,
    `{"DeliveryStreamName":"s","Records":[${good}]`,
  ];
  for (const whole of wholes) assert.equal(scanBatch(whole), undefined, whole);
});

test("scanPutRecordBatch() leaves everything over a limit to the parser", () => {
  const limits = { recordBytes: 3, batchBytes: 5, batchRecords: 3 };
  const body = (...texts: string[]) =>
    JSON.stringify({ DeliveryStreamName: "s", Records: texts.map((text) => ({ Data: base64(text) })) });
  assert.deepEqual(scanBatch(body("abc", "de"), limits), ["abc", "de"]);
  assert.equal(scanBatch(body("abcd"), limits), undefined);
  assert.equal(scanBatch(body("abc", "def"), limits), undefined);
  assert.equal(scanBatch(body("", "", "", ""), limits), undefined);
});

const TOKENS = [
  '"',
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  " ",
  "\n",
  "=",
  "==",
  "-",
  "_",
  "\\",
  "null",
  '"Data"',
  "é",
  "A",
  "\0",
];

/** Other ways to write the same or nearly the same request, which only the parser knows. */
const REWRITES: ((text: string) => string)[] = [
  (text) => text.replace("{", '{"More":[{"Data":"YQ=="}],'),
  (text) => text.replace('"Data"', '"D\\u0061ta"'),
  (text) => text.replace('"Data":', '"Data":null,"Other":'),
  (text) => text.replace("}", ',"Data":"YQ=="}'),
  (text) => text.replace('"DeliveryStreamName"', '"DeliveryStreamName":null,"DeliveryStreamName"'),
];

function mutate(body: Buffer, random: Random): Buffer {
  const below = (count: number) => Math.floor(random.fraction() * count);
  let bytes = body;
  if (random.fraction() < 0.3) return Buffer.from(REWRITES[below(REWRITES.length)]?.(body.toString()) ?? "");
  for (let times = below(2); times >= 0; times--) {
    const at = below(bytes.length + 1);
    const kind = below(5);
    const token = Buffer.from(TOKENS[below(TOKENS.length)] ?? "");
    const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)];
    if (kind === 0) bytes = Buffer.concat([head, token, tail]);
    else if (kind === 1) bytes = Buffer.concat([head, tail.subarray(1 + below(3))]);
    else if (kind === 2) bytes = Buffer.concat([head, Buffer.from([below(256)]), tail.subarray(1)]);
    else if (kind === 3) bytes = Buffer.concat([head, tail.subarray(0, below(12)), tail]);
    else bytes = Buffer.concat([head, Buffer.from(" "), tail]);
  }
  return bytes;
}

function sampleBody(random: Random, single: boolean): Buffer {
  const count = 1 + Math.floor(random.fraction() * 4);
  const data = () => ({ Data: random.bytes(Math.floor(random.fraction() * 9)).toString("base64") });
  const records = single ? { Record: data() } : { Records: Array.from({ length: count }, data) };
  const name = { DeliveryStreamName: ["s", "my-stream_1.x"][Math.floor(random.fraction() * 2)] };
  const whole = random.fraction() < 0.8 ? { ...name, ...records } : { ...records, ...name };
  const text = JSON.stringify(whole, null, random.fraction() < 0.2 ? 1 : undefined);
  return Buffer.from(random.fraction() < 0.3 ? text.replaceAll('":', '": ').replaceAll(",", ", ") : text);
}

function parsed(parse: typeof parsePutRecord, body: Buffer): Put | undefined {
  try {
    return parse(parseJsonObject(body), AWS_PUT_LIMITS);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

for (const single of [false, true]) {
  const [scan, parse] = single ? [scanPutRecord, parsePutRecord] : [scanPutRecordBatch, parsePutRecordBatch];
  test(`${scan.name}() never disagrees with the parser over mutated bodies`, () => {
    const random = seededRandom(20);
    let taken = 0;
    let refused = 0;
    let parsedOnly = 0;
    for (let round = 0; round < 6000; round++) {
      const sample = sampleBody(random, single);
      const body = random.fraction() < 0.2 ? sample : mutate(sample, random);
      const fast = scan(body, AWS_PUT_LIMITS);
      const full = parsed(parse, body);
      if (full === undefined) refused++;
      else if (fast === null) parsedOnly++;
      if (fast === null) continue;
      taken++;
      assert.equal(fast.streamName, full?.streamName, body.toString());
      assert.deepEqual(recordsOf(fast), recordsOf(full ?? null), body.toString());
    }
    const counts = `${taken} taken, ${parsedOnly} left to the parser, ${refused} refused`;
    assert.ok(taken > 1000 && parsedOnly > 500 && refused > 1000, `the mutations were dull: ${counts}`);
  });
}
