import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { readParquet } from "../../../test/fakes/parquet.ts";
import { nodeDisk } from "../../std/node-disk.ts";
import type { ResultColumn, ResultRow } from "../engine/query-engine.ts";
import { type DownloadForm, downloadResult } from "./result-download.ts";

function folder(t: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), "lakehose-download-"));
  t.after(() => rmSync(made, { recursive: true }));
  return made;
}

function columnsOf(types: Readonly<Record<string, string>>): readonly ResultColumn[] {
  return Object.entries(types).map(([name, type]) => ({ name, type }));
}

async function download(
  form: DownloadForm,
  directory: string,
  columns: readonly ResultColumn[],
  rows: readonly ResultRow[],
): Promise<Buffer> {
  const result = { columns, rows: async (from: number, limit: number) => rows.slice(from, from + limit) };
  const bytes = await downloadResult(form, result, { disk: nodeDisk, directory: join(directory, "one") });
  return buffer(bytes);
}

test("downloadResult() as CSV has the names, every row, and null apart from the empty text", async (t) => {
  const rows = Array.from({ length: 2_500 }, (_, at): ResultRow => [at, at === 1 ? null : `say "${at}"`, ""]);
  const text = String(
    await download("csv", folder(t), columnsOf({ n: "bigint", said: "varchar", no: "varchar" }), rows),
  );
  const lines = text.split("\n");
  assert.equal(lines.length, 2_502);
  assert.deepEqual(lines.slice(0, 3), ['"n","said","no"', '"0","say ""0""",""', '"1",,""']);
  assert.equal(lines[2_500], '"2499","say ""2499""",""');
});

test("downloadResult() as Parquet keeps types, what is nested, bytes and big numbers, and leaves no file behind", async (t) => {
  const directory = folder(t);
  const columns = columnsOf({
    n: "bigint",
    at: "timestamp with time zone",
    bytes: "varbinary",
    nested: "row(a integer, b array(varchar))",
    part: "decimal(18,3)",
    odd: "interval",
  });
  const row = ["9007199254740993", "2026-11-22 09:51:38.845 UTC", "68 c3 a9", { a: 1, b: ["x"] }, "12.500", "1 day"];
  const nothing = columns.map(() => null);
  const file = await download("parquet", directory, columns, [row, nothing]);
  const [first = {}, second = {}] = await readParquet(file);
  assert.deepEqual(
    { ...first, at: (first.at as Date).toISOString(), bytes: String(first.bytes) },
    {
      n: 9007199254740993n,
      at: "2026-11-22T09:51:38.845Z",
      bytes: "hé",
      nested: { a: 1, b: ["x"] },
      part: 12.5,
      odd: "1 day",
    },
  );
  assert.deepEqual(
    Object.values(second).map((value) => value ?? null),
    nothing,
  );
  assert.deepEqual(readdirSync(directory), []);
});

test("downloadResult() refuses before the first byte what Parquet cannot hold", async (t) => {
  const directory = folder(t);
  await assert.rejects(
    () => download("parquet", directory, columnsOf({ n: "integer" }), [[1], ["many"]]),
    /^QueryError: Row 2 cannot be written to Parquet: .*Download the result as CSV/,
  );
  assert.deepEqual(readdirSync(directory), []);
});

test("a download that nobody reads to its end leaves no file behind", async (t) => {
  const directory = folder(t);
  const result = { columns: columnsOf({ n: "integer" }), rows: async (from: number) => (from === 0 ? [[1]] : []) };
  const scratch = { disk: nodeDisk, directory: join(directory, "one") };
  const bytes = await downloadResult("parquet", result, scratch);
  assert.ok(existsSync(scratch.directory));
  await bytes[Symbol.asyncIterator]().return?.();
  assert.deepEqual(readdirSync(directory), []);
});
