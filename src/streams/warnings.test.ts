import assert from "node:assert/strict";
import { test } from "node:test";
import type { StreamDocument } from "./streams.ts";
import { warningsOf } from "./warnings.ts";

function codes(prefix: string, keys: readonly string[] = []): string[] {
  const deliveries = [{ naming: { prefix, timeZone: "UTC" }, partition: { keys: keys.map((name) => ({ name })) } }];
  return warningsOf({ deliveries } as unknown as StreamDocument).map(({ code }) => code);
}

test("warningsOf() names prefixes that make a folder of nearly every object", () => {
  assert.deepEqual(codes("a/!{timestamp:yyyy/MM/dd/HH}/"), []);
  assert.deepEqual(codes("a/!{timestamp:yyyy-ss}/"), ["prefix-too-fine"]);
  assert.deepEqual(codes("a/!{firehose:random-string}/"), ["prefix-random"]);
});

test("warningsOf() names partition keys that look like ids of single things, and no others", () => {
  const prefix = "k=!{partitionKeyFromQuery:k}/";
  for (const key of ["request_id", "trace-id", "uuid", "id", "event_id", "orderId"]) {
    assert.deepEqual(codes(prefix, [`query:${key}`]), ["partition-unbounded"], key);
  }
  for (const key of ["customer_id", "pickup_location_id", "kind", "identity", "paid", "country"]) {
    assert.deepEqual(codes(prefix, [`lambda:${key}`]), [], key);
  }
});
