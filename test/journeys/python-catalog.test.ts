import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { startJourney } from "./journey.ts";

/** boto3 and the catalog: `npm run servers -- run python -- npm test` brings it. */
const PYTHON = process.env.LAKEHOSE_TEST_PYTHON;
const skip = PYTHON === undefined ? "needs a Python with boto3: its path belongs in LAKEHOSE_TEST_PYTHON" : false;

test("boto3 makes, changes, lists and deletes tables and partitions", { skip }, async (t) => {
  const { lakehose } = await startJourney(t, {
    accessKeys: [{ accessKeyId: "AKIAPYTHON", secretAccessKey: "secret-of-python" }],
  });
  const script = join(import.meta.dirname, "boto3-catalog.py");
  // Nothing of the machine's own AWS settings.
  const env = { PATH: process.env.PATH, AWS_CONFIG_FILE: "none", AWS_SHARED_CREDENTIALS_FILE: "none" };
  const { stdout } = await promisify(execFile)(PYTHON ?? "", [script, lakehose.url], { env });
  const { created, ...seen } = JSON.parse(stdout) as Record<string, unknown>;
  assert.match(String(created), /^20\d\d-/);
  assert.deepEqual(seen, {
    database: "what was sold",
    table: ["orders", "1", "000000000000", [{ Name: "id", Type: "bigint" }]],
    names: [
      ["a", "b"],
      ["c", "orders"],
    ],
    versions: ["1", "0"],
    days: [
      [10, "2024-05-08"],
      [10, "2024-05-18"],
      [4, "2024-05-28"],
    ],
    "not there": [["x"]],
    gone: "Table orders not found.",
    again: "Database already exists.",
  });
});
