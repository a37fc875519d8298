import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

/** The table in `docs/internals/guarantees.md` names tests; here is held that they exist under these names. */

const ROOT = new URL("../../", import.meta.url);
const TESTS = 30;

interface Row {
  readonly number: number;
  readonly tests: readonly { readonly path: string; readonly name: string }[];
  readonly waitsFor: string;
}

async function readTable(): Promise<Row[]> {
  const page = await readFile(new URL("docs/internals/guarantees.md", ROOT), "utf8");
  return [...page.matchAll(/^\| (\d+) \| .* \| (.*) \| (.*?) ?\|$/gm)].map(([, number, tests = "", waitsFor = ""]) => ({
    number: Number(number),
    tests: [...tests.matchAll(/`([^`]+)`: "(.*?)"(?=<br>|$)/g)].map(([, path = "", name = ""]) => ({ path, name })),
    waitsFor,
  }));
}

test("each of the thirty tests is there under the name that the guarantees page gives, or waits for a feature", async () => {
  const rows = await readTable();
  assert.deepEqual(
    rows.map(({ number }) => number),
    Array.from({ length: TESTS }, (_, index) => index + 1),
  );
  for (const { number, tests, waitsFor } of rows) {
    assert.ok(tests.length > 0 || waitsFor !== "", `test ${number} is nowhere and waits for nothing`);
    for (const { path, name } of tests) {
      const source = await readFile(new URL(path, ROOT), "utf8");
      assert.ok(mentions(source, name), `test ${number}: ${path} has no test "${name}"`);
    }
  }
});

/** The parts of the name stand in one line of the source, in order. */
function mentions(source: string, name: string): boolean {
  const parts = name.split("…").filter((part) => part.trim() !== "");
  return source.split("\n").some((line) => {
    let at = 0;
    return parts.every((part) => {
      at = line.indexOf(part, at);
      return at >= 0;
    });
  });
}
