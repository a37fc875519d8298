import assert from "node:assert/strict";
import { test } from "node:test";
import { errorOutputPrefixes, errorTypesOf } from "./error-output.ts";

const prefixesOf = (prefix: string | undefined, errorPrefix?: string) =>
  errorOutputPrefixes({
    timeZone: "UTC",
    ...(prefix === undefined ? {} : { prefix }),
    ...(errorPrefix === undefined ? {} : { errorPrefix }),
  });

test("errorOutputPrefixes() names one prefix for each error type where the type is in the key", () => {
  assert.ok(prefixesOf(undefined).includes("processing-failed/"));
  assert.ok(prefixesOf("a/").includes("a/format-conversion-failed/"));
  assert.ok(prefixesOf("a").includes("aprocessing-failed/"));
  assert.ok(
    prefixesOf("a/", "errors/!{firehose:error-output-type}/!{timestamp:yyyy}/").includes("errors/splunk-failed/"),
  );
});

test("errorOutputPrefixes() stops at the first part that depends on time or chance", () => {
  assert.deepEqual(prefixesOf("a/", "e/!{timestamp:yyyy}/!{firehose:error-output-type}/"), ["e/"]);
  assert.deepEqual(prefixesOf("a/", "!{firehose:random-string}!{firehose:error-output-type}/"), [""]);
});

test("errorTypesOf() knows the type of a target that AWS does not have", () => {
  const naming = { timeZone: "UTC", errorPrefix: "failed/" };
  assert.ok(
    errorOutputPrefixes(naming, errorTypesOf({ errorType: "postgres-failed" })).includes("failed/postgres-failed/"),
  );
  assert.equal(errorOutputPrefixes(naming, errorTypesOf({})).includes("failed/postgres-failed/"), false);
});
