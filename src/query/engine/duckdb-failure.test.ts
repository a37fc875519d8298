import assert from "node:assert/strict";
import { test } from "node:test";
import { duckdbFailure } from "./duckdb-failure.ts";

const places = {
  files: [
    { path: "/data/cache/ab12", name: "s3://lake/t/a.csv" },
    { path: "/data/cache/cd34", name: "s3://lake/t/b.json" },
  ],
  folders: ["/data/spill"],
};

function failure(text: string) {
  return duckdbFailure(new Error(text), places);
}

test("the file of a line of CSV stands in front, what DuckDB advises is left out", () => {
  const text = `Invalid Input Error: CSV Error on Line: 2\nNo unicode\n\nPossible Solution: x\n\n  file = /data/cache/ab12\n  skip_rows = 0`;
  assert.equal(failure(text).message, "s3://lake/t/a.csv: CSV Error on Line: 2\nNo unicode");
});

test("files that nobody named are files without a name", () => {
  assert.equal(
    failure('IO Error: Could not write "/data/spill/x.tmp" beside "/data/cache/none"').message,
    'Could not write "a temporary file" beside "a temporary file"',
  );
});

test("what cannot be read is the statement's fault, all else that of the data", () => {
  assert.equal(failure("Binder Error: no column").code, "syntax");
  assert.equal(failure("Conversion Error: no number").code, "data");
  assert.equal(failure("Out of Memory Error: /data/spill/y").code, "limit-exceeded");
});
