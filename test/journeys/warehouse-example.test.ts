import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

/** `npm run servers -- run postgresql python -- npm run test:servers`: the example with all of its parts. */
const EXAMPLE = join(import.meta.dirname, "..", "..", "examples", "11-warehouse", "run.ts");
const { LAKEHOSE_TEST_POSTGRESQL, LAKEHOSE_TEST_PYTHON } = process.env;
const skip =
  LAKEHOSE_TEST_POSTGRESQL === undefined || LAKEHOSE_TEST_PYTHON === undefined
    ? "needs a PostgreSQL server and boto3: LAKEHOSE_TEST_POSTGRESQL, LAKEHOSE_TEST_PYTHON"
    : false;

test("11-warehouse exports a real database, and boto3 in a Python job writes its report", { skip }, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [EXAMPLE]);
  assert.doesNotMatch(stdout, /is skipped/);
  assert.match(stdout, /^240 rows of two tables of PostgreSQL exported/m);
  assert.match(stdout, /^ {2}daily-sales +succeeded +after drop-repeats export-shop all +rows 45,/m);
  assert.match(stdout, /5 countries written to s3:\/\/lake\/reports\/sales-by-country\.csv$/m);
  assert.match(stdout, /^ {2}AT,147,15658\.36$/m);
});
