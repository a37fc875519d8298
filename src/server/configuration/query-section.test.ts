import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_QUERY_LIMITS, DEFAULT_TABLES_LOCATION } from "../../query/query-limits.ts";
import { parseConfiguration } from "./load-configuration.ts";
import { queryLimits } from "./query-section.ts";

const read = (text: string) => parseConfiguration(text, { path: "lakehose.yaml", environment: {} }).query;

test("nothing in the file means the limits that fit one machine", () => {
  assert.deepEqual(queryLimits(read("")), DEFAULT_QUERY_LIMITS);
  assert.equal(read("").tablesLocation, DEFAULT_TABLES_LOCATION);
});

test("limits of queries have units, and others stay as they are", () => {
  const section = read(
    "query: {duration: 90s, memory: 4GiB, spill: 1.5GiB, threads: 8, running: 1, waiting: 0, scannedBytes: 1GB}",
  );
  assert.deepEqual(queryLimits(section), {
    ...DEFAULT_QUERY_LIMITS,
    durationMs: 90_000,
    memoryMib: 4096,
    spillMib: 1536,
    threads: 8,
    running: 1,
    waiting: 0,
    scannedBytes: 1e9,
  });
});

test("what cannot be is refused by its name", () => {
  for (const [text, message] of [
    ["query: {duration: 90}", /query\.duration/],
    ["query: {memory: 1MiB}", /query\.memory/],
    ["query: {threads: 0}", /query\.threads/],
    ["query: {tablesLocation: s3://lake}", /query\.tablesLocation.*expected a location such as/],
    ["query: {timeout: 5s}", /timeout/],
  ] as const) {
    assert.throws(() => read(text), message);
  }
});
