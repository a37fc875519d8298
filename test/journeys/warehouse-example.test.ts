import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

/** `npm run servers -- run postgresql python dynamodb-local -- npm run test:servers`: the example with all of its parts. */
const EXAMPLE = join(import.meta.dirname, "..", "..", "examples", "11-warehouse", "run.ts");
const { LAKEHOSE_TEST_POSTGRESQL, LAKEHOSE_TEST_PYTHON, LAKEHOSE_TEST_DYNAMODB } = process.env;
const skip =
  LAKEHOSE_TEST_POSTGRESQL === undefined || LAKEHOSE_TEST_PYTHON === undefined || LAKEHOSE_TEST_DYNAMODB === undefined
    ? "needs PostgreSQL, DynamoDB Local and boto3: LAKEHOSE_TEST_POSTGRESQL, LAKEHOSE_TEST_DYNAMODB, LAKEHOSE_TEST_PYTHON"
    : false;

test("11-warehouse exports a real database, reads the stream of a real table, and boto3 in a Python job writes its report", {
  skip,
}, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [EXAMPLE]);
  assert.doesNotMatch(stdout, /is skipped|is not there/);
  assert.match(stdout, /^100 changes of a DynamoDB table, cleaned by a function: 10818 pieces are in stock\.$/m);
  assert.match(stdout, /^240 rows of two tables of PostgreSQL exported/m);
  assert.match(stdout, /^ {2}daily-sales +succeeded +after drop-repeats export-shop all +rows 45,/m);
  assert.match(stdout, /5 countries written to s3:\/\/lake\/reports\/sales-by-country\.csv$/m);
  assert.match(stdout, /^ {2}AT,147,15658\.36$/m);
});
