import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { temporaryFolder } from "./journey.ts";

/** Each example does by one command what its README says. */
const EXAMPLES = join(import.meta.dirname, "..", "..", "examples");

const run = promisify(execFile);

test("every example has a README and a test here", async () => {
  const folders = (await readdir(EXAMPLES, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  assert.deepEqual(folders.map(({ name }) => name).sort(), ["09-custom-prefixes"]);
  for (const { name } of folders) assert.ok((await readdir(join(EXAMPLES, name))).includes("README.md"), name);
});

test("09-custom-prefixes: every record is in the folder of its hour, and other hours are not read", async (t) => {
  const temporary = await temporaryFolder(t);
  const env = { ...process.env, TMPDIR: temporary };
  const { stdout } = await run(process.execPath, [join(EXAMPLES, "09-custom-prefixes", "run.ts")], { env });
  assert.match(
    stdout,
    /^ {2}fhbase\/year=\d{4}\/month=\d\d\/day=\d\d\/hour=\d\d\/ticker-1-[\d-]{19}-[0-9a-f-]{36}\.gz /m,
  );
  assert.match(stdout, /^ {2}fhraw\/\d{4}\/\d\d\/\d\d\/\d\d\/ticker-1-/m);
  assert.doesNotMatch(stdout, /fherroroutputbase/);
  const trades = [...stdout.matchAll(/ (\d+) trades,/g)].reduce((sum, [, count]) => sum + Number(count), 0);
  assert.equal(trades, 40_000);
  assert.match(stdout, /year = '1999'.*\n {2}\(0 rows, 0 files read\)/);
  assert.match(stdout, /\(6 rows, [1-9]\d* files read\)/);
  assert.deepEqual(await readdir(temporary), [], "nothing stays behind");
});
