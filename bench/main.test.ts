import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { questions } from "./registry.ts";

const run = promisify(execFile);
const MAIN = join(import.meta.dirname, "main.ts");

test("bench asks one question, servers, load and all", async () => {
  const { stdout } = await run(process.execPath, [MAIN, "put-single", "--seconds", "0.3", "--rounds", "1", "--json"]);
  const { machine, answers } = JSON.parse(stdout);
  assert.ok(machine.cores >= 1);
  assert.equal(answers.length, 1);
  const [{ name, answer }] = answers;
  assert.equal(name, "put-single");
  assert.deepEqual(
    answer.rows.map((row: { readonly name: string }) => row.name),
    ["discard", "unsigned", "signed"],
  );
});

test("bench says which questions there are when it is asked another", async () => {
  await assert.rejects(run(process.execPath, [MAIN, "put-batches"]), (error: { code: number; stderr: string }) => {
    assert.equal(error.code, 2);
    assert.match(error.stderr, /no question "put-batches"/);
    assert.match(error.stderr, /put-batch /);
    return true;
  });
});

test("each question has a file of its name", async () => {
  const files = await readdir(import.meta.dirname);
  for (const { name } of questions) assert.ok(files.includes(`${name}.ts`), name);
});
