import assert from "node:assert/strict";
import { test } from "node:test";
import { LoadTally } from "./load-tally.ts";

const REQUEST = { parts: [], records: 500, bytes: 500_000 };

function answer(status: number, body: string) {
  return { status, body: Buffer.from(body) };
}

test("LoadTally measures what was answered within the window and remembers all that was accepted", () => {
  const tally = new LoadTally(1000, 2000);
  const yes = answer(200, '{"FailedPutCount":0}');
  assert.ok(tally.count(REQUEST, 900, 950, yes));
  assert.ok(tally.count(REQUEST, 990, 1010, yes));
  assert.ok(tally.count(REQUEST, 1500, 1510, yes));
  assert.ok(tally.count(REQUEST, 1990, 2010, yes));
  const report = tally.report(0.5);
  assert.deepEqual([report.requests, report.recordsPerSecond, report.megabytesPerSecond], [2, 1000, 1]);
  assert.deepEqual([report.acceptedRecords, report.acceptedBytes], [2000, 2_000_000]);
  assert.deepEqual([report.p50Ms, report.longestMs], [20, 20]);
});

test("LoadTally counts records that were refused, in part or whole, as not accepted", () => {
  const tally = new LoadTally(0, 1000);
  assert.equal(tally.count(REQUEST, 0, 10, answer(200, '{"FailedPutCount":200,"RequestResponses":[]}')), false);
  assert.equal(tally.count(REQUEST, 0, 10, answer(503, '{"__type":"ServiceUnavailableException"}')), false);
  const report = tally.report(0);
  assert.deepEqual([report.acceptedRecords, report.refusedRequests, report.failedRequests], [300, 2, 0]);
});

test("LoadTally keeps the first answer that should not be", () => {
  const tally = new LoadTally(0, 1000);
  tally.count(REQUEST, 0, 10, answer(400, '{"__type":"ResourceNotFoundException"}'));
  tally.count(REQUEST, 0, 10, undefined);
  const report = tally.report(0);
  assert.equal(report.failedRequests, 2);
  assert.match(report.firstFailure ?? "", /^400 .*ResourceNotFound/);
});

test("LoadTally of a load that ended early divides by the time that it took", () => {
  const tally = new LoadTally(0, 10_000);
  tally.count(REQUEST, 0, 400, answer(200, "{}"));
  tally.end(500);
  assert.equal(tally.report(0).megabytesPerSecond, 1);
});
