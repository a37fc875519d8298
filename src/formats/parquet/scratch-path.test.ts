import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { readParquet } from "../../../test/fakes/parquet.ts";
import { temporaryScratch } from "../../../test/fakes/scratch.ts";
import { encodeObject } from "../../../test/readers/encode-object.ts";
import { parquetFormat } from "./parquet-format.ts";

/** Data folders may be called what their file system allows; DuckDB reads paths as patterns and as text in SQL. */

const { directory } = temporaryScratch();
const options = { schema: { columns: [{ name: "n", type: "bigint" }] } };

const NAMES = [
  "it's",
  'say "x"',
  "ü 😀",
  "{a,b}",
  "%41",
  "~",
  "a;--",
  "st*r",
  "wh?t",
  "br[a]c",
  "un[closed",
  "**",
  "a\\b",
];

/** What each of the patterns would find as well, or instead. */
const NEIGHBOURS = ["star", "what", "brac", "x"];

for (const name of NAMES) {
  test(`objects are written below a folder named ${name}`, async () => {
    for (const folder of [name, ...NEIGHBOURS]) {
      await mkdir(join(directory, folder), { recursive: true });
      await writeFile(join(directory, folder, "lines.ndjson"), '{"n":-1}\n');
    }
    const scratch = {
      path: async (file: string) => join(directory, name, file === "lines.ndjson" ? file : `own-${file}`),
    };
    const { object } = await encodeObject(parquetFormat, [['{"n":1}', '{"n":2}']], { options, scratch });
    assert.deepEqual(
      (await readParquet(object)).map(({ n }) => n),
      [-1n, 1n, 2n],
    );
  });
}

test("what DuckDB has no spelling for is refused by name, and for good", async () => {
  await mkdir(join(directory, "a\\b*"), { recursive: true });
  const scratch = { path: async (file: string) => join(directory, "a\\b*", file) };
  const failing = encodeObject(parquetFormat, [['{"n":1}']], { options, scratch });
  await assert.rejects(failing, { code: "unreadable-path", retriable: false });
});
