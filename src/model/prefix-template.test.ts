import assert from "node:assert/strict";
import { test } from "node:test";
import { objectName, parcelUuid } from "./object-name.ts";
import { createSplitter, splitKey } from "./prefix/splitter.ts";
import {
  evaluatePrefix,
  type PrefixTemplate,
  type PrefixValues,
  parsePrefix,
  parsePrefixes,
  randomStrings,
} from "./prefix-template.ts";

const OLDEST_MS = Date.parse("2018-08-27T10:30:00Z");
const UUID = parcelUuid("incarnation", "stream", "delivery", "", "key", 0, 10);

/** The worked examples of the reference (5.4): prefix, error prefix, start of the data key, start of the error key. */
const EXAMPLES: readonly {
  readonly prefix?: string;
  readonly errorPrefix?: string;
  readonly timeZone?: string;
  readonly data: string;
  readonly error: string;
}[] = [
  { data: "2018/08/27/10/s-1-2018-08-27-10-30-00-", error: "processing-failed/2018/08/27/10/s-1-" },
  { errorPrefix: "f/!{firehose:error-output-type}/", data: "2018/08/27/10/s-1-", error: "f/processing-failed/s-1-" },
  { prefix: "a/", data: "a/2018/08/27/10/s-1-", error: "a/processing-failed/2018/08/27/10/s-1-" },
  { prefix: "a", data: "a2018/08/27/10/s-1-", error: "aprocessing-failed/2018/08/27/10/s-1-" },
  {
    prefix: "y=!{timestamp:yyyy}/m=!{timestamp:MM}/d=!{timestamp:dd}/h=!{timestamp:HH}/",
    errorPrefix: "e/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd}/",
    data: "y=2018/m=08/d=27/h=10/s-1-",
    error: "e/processing-failed/2018/08/27/s-1-",
  },
  {
    prefix: "r=!{firehose:random-string}/!{timestamp:yyyy}",
    errorPrefix: "e/!{firehose:error-output-type}",
    data: "r=5abf82da-1c/2018s-1-",
    error: "e/processing-faileds-1-",
  },
  {
    prefix: "!{timestamp:'day='yyyy-MM-dd}/",
    errorPrefix: "e/!{firehose:error-output-type}/",
    data: "day=2018-08-27/s-1-",
    error: "e/processing-failed/s-1-",
  },
  {
    prefix: "c=!{partitionKeyFromQuery:c}/",
    errorPrefix: "e/!{firehose:error-output-type}/",
    data: "c=42/s-1-",
    error: "e/processing-failed/s-1-",
  },
  {
    timeZone: "Asia/Tokyo",
    data: "2018/08/27/19/s-1-2018-08-27-19-30-00-",
    error: "processing-failed/2018/08/27/19/s-1-2018-08-27-19-30-00-",
  },
  { errorPrefix: "errors/", data: "2018/08/27/10/s-1-", error: "errors/processing-failed/2018/08/27/10/s-1-" },
];

test("evaluatePrefix() gives the keys of every worked example", () => {
  for (const { timeZone = "UTC", data, error, ...naming } of EXAMPLES) {
    const parsed = parsePrefixes(naming);
    assert.ok(parsed.prefix, JSON.stringify({ naming, problems: parsed.problems }));
    assert.ok(keyOf(parsed.prefix, timeZone).startsWith(data), `${keyOf(parsed.prefix, timeZone)} for ${data}`);
    assert.ok(
      keyOf(parsed.errorPrefix, timeZone).startsWith(error),
      `${keyOf(parsed.errorPrefix, timeZone)} for ${error}`,
    );
  }
});

test("parsePrefixes() refuses an expression without an error prefix", () => {
  for (const errorPrefix of [undefined, ""]) {
    const [problem] = parsePrefixes({ prefix: "!{timestamp:yyyy/MM/dd}", errorPrefix }).problems ?? [];
    assert.equal(problem?.message, "ErrorOutputPrefix cannot be null or empty when Prefix contains expressions");
  }
});

test("parsePrefix() answers with Firehose's texts", () => {
  const texts: readonly [string, "prefix" | "error-prefix", string][] = [
    [
      "e/!{timestamp:yyyy}/",
      "error-prefix",
      "ErrorOutputPrefix must contain at least one occurrence of !{firehose:error-output-type}",
    ],
    [
      "!{firehose:error-output-type}/",
      "prefix",
      "Prefix must not contain any occurrence of !{firehose:error-output-type}",
    ],
    ["!{time:yyyy}/", "prefix", "Namespace to the left of colon (time) is an invalid keyword!"],
    ["a!{", "prefix", "Invalid expression usage"],
    ["!{timestamp}/", "prefix", "Invalid expression usage"],
    ["!{!{timestamp:yyyy}}", "prefix", "Invalid expression usage"],
    ["!{timestamp:yyyyTHH}", "prefix", "Invalid conversion character used in the value of the expression in Prefix"],
    [
      "!{timestamp:ddd}",
      "error-prefix",
      "Invalid conversion character used in the value of the expression in ErrorOutputPrefix",
    ],
    ["!{firehose:random}", "prefix", "Invalid conversion character used in the value of the expression in Prefix"],
    [
      "!{partitionKeyFromQuery:c}!{firehose:error-output-type}",
      "error-prefix",
      "Dynamic Partitioning Namespaces can't be part of an error prefix expression",
    ],
    ["p".repeat(513), "prefix", "Length of evaluated prefix cannot be greater than 512"],
    ["p".repeat(513), "error-prefix", "Length of evaluated ErrorOutputPrefix cannot be greater than 512"],
  ];
  for (const [text, role, message] of texts) assert.equal(parsePrefix(text, role).problems?.[0]?.message, message);
});

test("parsePrefix() does not count the implicit date towards the length", () => {
  const { template } = parsePrefix("p".repeat(512), "prefix");
  assert.ok(template);
  assert.equal(evaluatePrefix(template, values()).length, 512 + "2018/08/27/10/".length);
});

test("evaluatePrefix() refuses values of partition keys that make the prefix too long, and absent ones", () => {
  const template = templateOf("c=!{partitionKeyFromLambda:c}/");
  const long = values({ partitionValues: { "lambda:c": "x".repeat(510) } });
  assert.throws(() => evaluatePrefix(template, long), { code: "prefix-too-long" });
  assert.throws(() => evaluatePrefix(template, values({ partitionValues: {} })), { code: "partition-value-missing" });
});

test("evaluatePrefix() draws a fresh random string for each occurrence, the same again for the same seed", () => {
  const template = templateOf("!{firehose:random-string}/!{firehose:random-string}/");
  const evaluate = (seed: string) => evaluatePrefix(template, values({ randomString: randomStrings(seed) }));
  assert.match(evaluate("a"), /^[0-9a-f]{8}-[0-9a-f]{2}\/[0-9a-f]{8}-[0-9a-f]{2}\/2018\/08\/27\/10\/$/);
  const [first, second] = evaluate("a").split("/");
  assert.notEqual(first, second);
  assert.equal(evaluate("a"), evaluate("a"));
  assert.notEqual(evaluate("a"), evaluate("b"));
});

test("parsePrefix() tells what a prefix uses", () => {
  const text =
    "!{partitionKeyFromQuery:b}!{partitionKeyFromQuery:a}!{partitionKeyFromLambda:l}!{partitionKeyFromQuery:b}";
  const { usage } = templateOf(`${text}!{timestamp:YYYY-ss}`);
  assert.deepEqual(usage.queryKeys, ["b", "a"]);
  assert.deepEqual(usage.lambdaKeys, ["l"]);
  assert.deepEqual(usage.partitionKeys, ["query:b", "query:a", "lambda:l"]);
  assert.deepEqual(
    [usage.hasTimestamps, usage.hasWeekBasedYear, usage.hasSeconds, usage.hasImplicitDate],
    [true, true, true, false],
  );
  const plain = templateOf("!{timestamp:yyyy-mm}").usage;
  assert.deepEqual([plain.hasWeekBasedYear, plain.hasSeconds], [false, false]);
});

test("splitKey() changes with the hour of the zone and not with the minute", () => {
  const hourly = templateOf("a/");
  const at = (text: string) => splitKey(hourly, Date.parse(text), "Asia/Kathmandu");
  assert.equal(at("2018-08-27T10:15:00Z"), at("2018-08-27T11:14:59Z"));
  assert.notEqual(at("2018-08-27T11:14:59Z"), at("2018-08-27T11:15:00Z"));
  const minutes = templateOf("!{timestamp:mm}/!{timestamp:ss}/");
  assert.equal(splitKey(minutes, OLDEST_MS, "UTC"), splitKey(minutes, OLDEST_MS + 86_400_000, "UTC"));
  const daily = templateOf("!{timestamp:yyyy/MM/dd}/!{timestamp:mm}/");
  assert.equal(splitKey(daily, OLDEST_MS, "UTC"), splitKey(daily, OLDEST_MS + 3_600_000, "UTC"));
  assert.equal(splitKey(templateOf("c=!{partitionKeyFromQuery:c}/"), OLDEST_MS, "UTC"), "");
});

test("createSplitter() agrees with splitKey() in any order of times", () => {
  const template = templateOf("!{timestamp:YYYY-'w'ww}/!{timestamp:HH mm}/");
  const splitter = createSplitter(template, "America/New_York");
  for (let step = 0; step < 3000; step++) {
    const at = OLDEST_MS + ((step * 7_919) % 3000) * 61_234;
    assert.equal(splitter(at), splitKey(template, at, "America/New_York"));
  }
});

test("parcelUuid() is a version 8 uuid that differs when only the borders of its parts differ", () => {
  assert.match(UUID, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.notEqual(parcelUuid("ab", "c"), parcelUuid("a", "bc"));
  assert.notEqual(parcelUuid("a"), parcelUuid("a", ""));
  assert.equal(parcelUuid("a", 12), parcelUuid("a", "12"));
});

function templateOf(text: string): PrefixTemplate {
  const { template, problems } = parsePrefix(text, "prefix");
  assert.ok(template, JSON.stringify(problems));
  return template;
}

function values(changed: Partial<PrefixValues> = {}): PrefixValues {
  return {
    atMs: OLDEST_MS,
    timeZone: "UTC",
    partitionValues: { "query:c": "42" },
    randomString: () => "5abf82da-1c",
    errorType: "processing-failed",
    ...changed,
  };
}

function keyOf(template: PrefixTemplate, timeZone: string): string {
  const name = { stream: "s", versionId: "1", oldestMs: OLDEST_MS, timeZone, uuid: UUID, extension: "" };
  return evaluatePrefix(template, values({ timeZone })) + objectName(name);
}
