import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readParquet, showParquet } from "../../../test/fakes/parquet.ts";
import { temporaryScratch } from "../../../test/fakes/scratch.ts";
import { type EncodeObjectOptions, encodeObject } from "../../../test/readers/encode-object.ts";
import { corpusLines, corpusRecord, corpusSchema } from "../../../test/readers/row-corpus.ts";
import { parquetFormat } from "./parquet-format.ts";

/** A reader that none of us wrote and that is not DuckDB: `npm run servers -- run readers -- npm run test:servers` brings it. */
const PYTHON = process.env.LAKEHOSE_TEST_READERS;
const skip = PYTHON === undefined && "needs a Python with pyarrow: its path belongs in LAKEHOSE_TEST_READERS";

const scratch = temporaryScratch();
const records = Array.from({ length: 3_000 }, (_, index) => corpusRecord(index));
const batches = [records.slice(0, 700), records.slice(700)];

for (const compression of ["none", "snappy", "gzip", "zstd"]) {
  test(`pyarrow finds every value of a Parquet file with ${compression}`, { skip }, async () => {
    const options = {
      schema: corpusSchema,
      compression,
      rowGroupRows: 1000,
      dictionary: compression !== "gzip",
    };
    const file = await write(batches, options);
    const printed = execFileSync(
      PYTHON ?? "",
      [join(import.meta.dirname, "../../../test/readers/read_rows.py"), "parquet", file],
      {
        encoding: "utf8",
        maxBuffer: 1e9,
      },
    );
    const lines = printed.split("\n").slice(0, -1);
    const expected = records.flatMap((record) => corpusLines(record, { micros: true }));
    assert.equal(lines.length, expected.length);
    for (const [index, line] of expected.entries())
      assert.deepEqual(JSON.parse(lines[index] ?? ""), JSON.parse(line), `row ${index}`);
  });
}

test("10,000 columns", async () => {
  const columns = Array.from({ length: 10_000 }, (_, index) => ({
    name: `c${index}`,
    type: index % 2 === 0 ? "bigint" : "string",
  }));
  const row = Object.fromEntries(
    columns.map(({ name, type }, index) => [name, type === "bigint" ? index : `é${index}`]),
  );
  const file = await write([[JSON.stringify(row), "{}", JSON.stringify(row)]], { schema: { columns } });
  const shown = await showParquet(file);
  const expected = Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typeof value === "number" ? `${value}` : value]),
  );
  assert.deepEqual([shown[0], shown[2]], [expected, expected]);
  assert.ok(Object.values(shown[1] ?? { none: 1 }).every((value) => value === null));
});

test("records of a mebibyte keep their text, and row groups stay within memory", async () => {
  const text = (index: number) => `${index}é😀\u0000`.repeat(100_000);
  const large = Array.from({ length: 40 }, (_, index) => JSON.stringify({ n: index, text: text(index) }));
  const schema = {
    columns: ["n:int", "text:string"].map((one) => ({ name: one.split(":")[0] ?? "", type: one.split(":")[1] ?? "" })),
  };
  const { object } = await encodeObject(parquetFormat, [large], { options: { schema }, scratch });
  const rows = await readParquet(object);
  assert.equal(rows.length, 40);
  for (const [index, row] of rows.entries()) assert.ok(row.n === index && row.text === text(index));
});

for (const compression of ["snappy", "gzip"]) {
  test(`rows keep their order and objects their bytes, over many row groups and all threads: ${compression}`, () =>
    keepsOrderAndBytes(compression));
}

async function keepsOrderAndBytes(compression: string): Promise<void> {
  const schema = {
    columns: [
      { name: "n", type: "bigint" },
      { name: "text", type: "string" },
    ],
  };
  const many = Array.from({ length: 60 }, (_, batch) =>
    Array.from({ length: 2000 }, (_, index) =>
      JSON.stringify({ n: batch * 2000 + index, text: `text ${index}`.repeat(index % 9) }),
    ),
  );
  const options = { options: { schema, compression, rowGroupRows: 4096 }, scratch };
  const first = await encodeObject(parquetFormat, many, options);
  const second = await encodeObject(parquetFormat, [many.flat().slice(0, 777), many.flat().slice(777)], options);
  assert.ok(first.object.equals(second.object));
  const rows = await readParquet(first.object);
  assert.equal(rows.length, 120_000);
  assert.ok(rows.every((row, index) => row.n === BigInt(index)));
}

async function write(
  batches: readonly (readonly (Buffer | string)[])[],
  options: EncodeObjectOptions["options"] & object,
): Promise<string> {
  const { object, rejects } = await encodeObject(parquetFormat, batches, { options, scratch });
  assert.deepEqual(rejects, []);
  const path = await scratch.path("object.parquet");
  writeFileSync(path, object);
  return path;
}
