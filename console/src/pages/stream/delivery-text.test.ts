import assert from "node:assert/strict";
import { test } from "node:test";
import { formatOf, rollText, targetText } from "./delivery-text.ts";

test("targetText() names the place where records land", () => {
  assert.equal(targetText({ type: "object-store", options: { bucket: "lake" } }), "Bucket lake");
  assert.equal(
    targetText({ type: "http-endpoint", options: { url: "https://a.example/" } }),
    "http-endpoint: https://a.example/",
  );
  assert.equal(targetText({ type: "splunk", options: {} }), "splunk");
});

test("formatOf() says what an object holds", () => {
  assert.equal(
    formatOf({ format: { type: "raw", options: {} }, compression: { type: "none" } }),
    "records as they are",
  );
  assert.equal(
    formatOf({ format: { type: "parquet", options: {} }, compression: { type: "snappy" } }),
    "parquet, snappy",
  );
});

test("rollText() lists every limit, and says so when there is none", () => {
  const size = { bytes: 5 * 1024 * 1024, measure: "raw" } as const;
  assert.equal(rollText({ size, ageMs: 300_000 }), "at 5 MB, or 5 min after its first record");
  const encoded = { bytes: 1024, measure: "encoded" } as const;
  const rest = { records: 1_000, idleMs: 60_000, at: { time: "08:30", timeZone: "Europe/London" } };
  assert.equal(
    rollText({ size: encoded, ...rest }),
    "at 1 KB as written, or at 1,000 records, or 1 min after its last record, or at 08:30 in Europe/London",
  );
  assert.equal(rollText({}), "only when somebody asks for it");
});
