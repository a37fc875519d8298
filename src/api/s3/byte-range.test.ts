import assert from "node:assert/strict";
import { test } from "node:test";
import { contentRange, rangeOf } from "./byte-range.ts";
import { S3Error } from "./s3-error.ts";

test("rangeOf() reads single ranges and leaves the rest to a whole answer", () => {
  const spans = Object.entries({
    "bytes=0-0": [0, 1],
    "bytes=2-4": [2, 5],
    "bytes=9-": [9, 10],
    "bytes=5-100": [5, 10],
    "bytes=-3": [7, 10],
    "bytes=-100": [0, 10],
  });
  for (const [header, [start, end]] of spans) assert.deepEqual(rangeOf(header, 10), { start, end }, header);
  for (const header of [undefined, "bytes=-", "bytes=4-2", "bytes=0-1,3-4", "lines=1-2", "bytes=a-b"]) {
    assert.equal(rangeOf(header, 10), undefined, header);
  }
  for (const header of ["bytes=10-", "bytes=11-12", "bytes=-0"]) {
    assert.throws(
      () => rangeOf(header, 10),
      (error) => error instanceof S3Error && error.headers["content-range"] === "bytes */10",
      header,
    );
  }
  assert.equal(contentRange({ start: 2, end: 5 }, 10), "bytes 2-4/10");
});
