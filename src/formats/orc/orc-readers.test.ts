import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryScratch } from "../../../test/fakes/scratch.ts";
import { encodeObject } from "../../../test/readers/encode-object.ts";
import { corpusLines, corpusRecord, corpusSchema } from "../../../test/readers/row-corpus.ts";
import type { JsonObject } from "../../std/json.ts";
import { orcFormat } from "./orc-format.ts";

/** Readers that none of us wrote: `npm run servers -- run hadoop readers -- npm run test:servers` brings them. */
const CLASSPATH = process.env.LAKEHOSE_TEST_HADOOP;
const PYTHON = process.env.LAKEHOSE_TEST_READERS;

const readers = [
  {
    name: "ORC's Java reader",
    skip: CLASSPATH === undefined && "needs Hadoop's jars: their class path belongs in LAKEHOSE_TEST_HADOOP",
    read: (file: string, args: readonly string[] = []) =>
      run("java", ["-cp", CLASSPATH ?? "", program("ReadOrc.java"), file, ...args]),
  },
  {
    name: "pyarrow (ORC's C++ reader)",
    skip: PYTHON === undefined && "needs a Python with pyarrow: its path belongs in LAKEHOSE_TEST_READERS",
    read: (file: string) => run(PYTHON ?? "", [program("read_rows.py"), "orc", file]),
  },
];

const schema = corpusSchema;
const scratch = temporaryScratch();

for (const { name, skip, read } of readers) {
  for (const compression of ["none", "snappy", "zlib"]) {
    test(`${name} finds every value of an ORC file with ${compression}`, { skip }, async () => {
      const records = Array.from({ length: 6_000 }, (_, index) => corpusRecord(index));
      const batches = Array.from({ length: 6 }, (_, batch) => records.slice(batch * 1000, batch * 1000 + 1000));
      const file = await write(batches, { schema, compression, stripeBytes: 256 * 1024, rowIndexStride: 1000 });
      assertLines(
        read(file),
        records.flatMap((record) => corpusLines(record)),
      );
    });
  }

  test(`${name} reads an ORC file of 10,000 columns, one of large records, and one without rows`, {
    skip,
  }, async () => {
    const columns = Array.from({ length: 10_000 }, (_, index) => ({ name: `c${index}`, type: "bigint" }));
    const wide = Buffer.from(
      JSON.stringify(Object.fromEntries(columns.map((column, index) => [column.name, index * 7]))),
    );
    const file = await write([[wide, "{}", wide]], { schema: { columns } });
    const values = columns.map((_, index) => String(index * 7));
    assertLines(
      read(file),
      [values, columns.map(() => null), values].map((row) => JSON.stringify(row)),
    );
    const text = "é".repeat(500_000);
    const large = Array.from({ length: 3 }, () => JSON.stringify({ text }));
    const largeFile = await write([large], { schema: { columns: [{ name: "text", type: "string" }] } });
    assertLines(
      read(largeFile),
      large.map(() => JSON.stringify([text])),
    );
    assertLines(read(await write([], { schema })), []);
  });
}

const [java] = readers;

test("ORC's Java reader finds rows by the row index and skips groups by their statistics", {
  skip: java?.skip,
}, async () => {
  const records = Array.from({ length: 5_500 }, (_, index) => {
    const values = { n: index, text: index % 3 === 0 ? null : `text ${index}`.repeat(index % 50), flag: index % 5 < 2 };
    return JSON.stringify({
      ...values,
      list: Array.from({ length: index % 4 }, (_, at) => at % 2 === 0 && index % 7 < 3),
    });
  });
  const columns = Object.entries({ n: "int", text: "string", flag: "boolean", list: "array<boolean>" });
  for (const compression of ["none", "zlib"]) {
    const options = {
      schema: { columns: columns.map(([name, type]) => ({ name, type })) },
      compression,
      rowIndexStride: 1000,
    };
    const file = await write([records.slice(0, 2500), records.slice(2500)], options);
    const sought = [5_499, 1000, 999, 3_123, 0, 4_001];
    const lines = java?.read(file, [...sought.map(String), "n=3500", "n=99999", "statistics"]) ?? [];
    for (const [place, row] of sought.entries()) assert.equal(lines[5_500 + place], lines[row], `row ${row}`);
    assert.deepEqual(lines.slice(5_506, 5_508), ["1000", "0"]);
    const [root = "", numbers = ""] = lines.slice(5_508);
    assert.match(root, /count: 5500 hasNull: false/);
    assert.match(numbers, /count: 5500 hasNull: false .*min: 0 max: 5499 sum: 15122250/);
  }
});

async function write(batches: readonly (readonly (Buffer | string)[])[], options: object): Promise<string> {
  const { object, rejects } = await encodeObject(orcFormat, batches, { options: options as JsonObject });
  assert.deepEqual(rejects, []);
  const file = await scratch.path("rows.orc");
  writeFileSync(file, object);
  return file;
}

function program(name: string): string {
  return join(import.meta.dirname, "../../../test/readers", name);
}

function run(command: string, args: readonly string[]): string[] {
  const output = execFileSync(command, args, { maxBuffer: 256 * 1024 * 1024, stdio: ["ignore", "pipe", "pipe"] });
  return output.toString().split("\n").slice(0, -1);
}

function assertLines(found: readonly string[], expected: readonly string[]): void {
  assert.equal(found.length, expected.length);
  for (const [index, line] of expected.entries()) {
    if (found[index] !== line)
      assert.fail(`row ${index}: expected ${line.slice(0, 900)}, found ${found[index]?.slice(0, 900)}`);
  }
}
