import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parquetMetadata } from "hyparquet";
import { queryDuckdb, readParquet, showParquet } from "../../../test/fakes/parquet.ts";
import { temporaryScratch } from "../../../test/fakes/scratch.ts";
import { type Encoded, encodeObject } from "../../../test/readers/encode-object.ts";
import { corpusLines, corpusRecord, corpusSchema } from "../../../test/readers/row-corpus.ts";
import type { JsonObject } from "../../std/json.ts";
import { PAGE_HEADER } from "./footer-fields.ts";
import { int96OfMicros } from "./int96.ts";
import { parquetFormat } from "./parquet-format.ts";
import { readThrift, writeThrift } from "./thrift-compact.ts";

/** Files with INT96 hold what those with microseconds hold, whoever reads them. */

const PYTHON = process.env.LAKEHOSE_TEST_READERS;
const skip = PYTHON === undefined && "needs a Python with pyarrow: its path belongs in LAKEHOSE_TEST_READERS";

const scratch = temporaryScratch();

/** Few different values, so that there are dictionaries and Bloom filters on both sides of columns that have none. */
const schema = {
  columns: Object.entries({
    few: "string",
    at: "timestamp",
    low: "timestamp",
    n: "bigint",
    never: "timestamp",
    times: "array<timestamp>",
    place: "struct<city:string,since:array<struct<when:timestamp,x:double>>>",
    named: "map<string,timestamp>",
    last: "int",
  }).map(([name, type]) => ({ name, type })),
};

const EXTREMES = [
  "0001-01-01T00:00:00Z",
  "1582-10-04 23:59:59.999999",
  "1969-12-31T23:59:59.999999Z",
  "1970-01-01T00:00:00Z",
  "1899-12-31 12:00:00",
  "9999-12-31T23:59:59.999999Z",
];

function recordOf(index: number): string {
  if (index % 100 === 99) return '{"at":"soon"}';
  const at = EXTREMES[index] ?? (index % 3 === 0 ? -index * 86_399 : 1_700_000_000_000 + index);
  const time = (more: number) => new Date(1_600_000_000_000 + more * 1000).toISOString();
  return JSON.stringify({
    few: `few ${index % 5}`,
    at: index % 7 === 6 ? null : at,
    low: EXTREMES[index % 4],
    n: index,
    times: index % 4 === 0 ? null : Array.from({ length: index % 4 }, (_, place) => (place === 1 ? null : time(index))),
    place: index % 5 === 0 ? null : { city: "é", since: [{ when: time(index), x: 1 }, null, { x: 2 }] },
    ...(index % 50 === 0 && { named: { a: time(index), b: null } }),
    last: index % 3,
  });
}

const records = Array.from({ length: 7000 }, (_, index) => recordOf(index));

for (const compression of ["none", "snappy", "gzip", "zstd"]) {
  for (const dictionary of [true, false]) {
    test(`rows and rejects are those of microseconds: ${compression}, ${dictionary ? "with" : "without"} dictionary`, async () => {
      const options = { schema, compression, dictionary, rowGroupRows: 2048 };
      const micros = await encode({ ...options, timestamps: "micros" });
      const int96 = await encode({ ...options, timestamps: "int96" });
      assert.deepEqual(int96.rejects, micros.rejects);
      assert.equal(int96.rejects.length, 70);
      assert.deepEqual(await rowsOf(int96), await rowsOf(micros));
      assert.deepEqual(await readParquet(int96.object), await readParquet(micros.object));
      assert.ok(int96.object.equals((await encode({ ...options, timestamps: "int96" })).object));
    });
  }
}

test("every timestamp is an INT96 without a logical type, and nothing else is", async () => {
  const { object } = await encode({ schema, timestamps: "int96", rowGroupRows: 2048 });
  const metadata = parquetMetadata(new Uint8Array(object).buffer);
  const int96 = metadata.schema.filter(({ type }) => type === "INT96");
  assert.deepEqual(
    int96.map(({ name }) => name),
    ["at", "low", "never", "element", "when", "value"],
  );
  assert.ok(int96.every(({ converted_type, logical_type }) => !converted_type && !logical_type));
  const chunks = metadata.row_groups.flatMap(({ columns }) => columns);
  for (const { meta_data } of chunks) {
    const isTimestamp = meta_data?.type === "INT96";
    assert.equal(
      isTimestamp,
      int96.some(({ name }) => name === meta_data?.path_in_schema.at(-1)),
    );
    if (!isTimestamp) continue;
    assert.deepEqual([meta_data.statistics?.min_value, meta_data.statistics?.max_value], [undefined, undefined]);
    assert.equal(meta_data.bloom_filter_offset, undefined);
  }
});

test("places and sizes in the footer are those of the pages", async () => {
  for (const compression of ["none", "snappy"]) {
    const { object } = await encode({ schema, compression, timestamps: "int96", rowGroupRows: 2048 });
    let at = 4;
    for (const rowGroup of parquetMetadata(new Uint8Array(object).buffer).row_groups) {
      const groupStart = at;
      let groupPlainBytes = 0;
      for (const { meta_data: metadata } of rowGroup.columns) {
        assert.ok(metadata !== undefined);
        const [chunkStart, plainBefore] = [at, groupPlainBytes];
        const dataPages: number[] = [];
        while (at < chunkStart + Number(metadata.total_compressed_size)) {
          const { struct, end } = readThrift(object, at);
          if (struct.integer(PAGE_HEADER.type) === 0) dataPages.push(at);
          groupPlainBytes += end - at + (struct.integer(PAGE_HEADER.uncompressedSize) ?? 0);
          at = end + (struct.integer(PAGE_HEADER.compressedSize) ?? 0);
        }
        assert.equal(at - chunkStart, Number(metadata.total_compressed_size));
        assert.equal(groupPlainBytes - plainBefore, Number(metadata.total_uncompressed_size));
        assert.equal(Number(metadata.data_page_offset), dataPages[0]);
        assert.equal(Number(metadata.dictionary_page_offset ?? metadata.data_page_offset), chunkStart);
      }
      assert.equal(Number(rowGroup.total_byte_size), groupPlainBytes);
      assert.equal(Number(rowGroup.total_compressed_size), at - groupStart);
    }
  }
});

test("bounds and Bloom filters of the other columns still find their rows", async () => {
  const path = await fileOf(await encode({ schema, timestamps: "int96", rowGroupRows: 2048 }));
  const count = async (where: string) => (await queryDuckdb(`SELECT count(*) c FROM '${path}' WHERE ${where}`))[0]?.c;
  assert.equal(await count("n = 6998"), "1");
  assert.equal(await count("few = 'few 3' AND n < 99"), "20");
  assert.equal(await count(`"at" = '1969-12-31 23:59:59.999999'`), "1");
  const probe = (column: string, value: string) =>
    queryDuckdb(
      `SELECT DISTINCT bloom_filter_excludes AS gone FROM parquet_bloom_probe('${path}', '${column}', ${value})`,
    );
  assert.deepEqual(await probe("few", "'few 3'"), [{ gone: false }]);
  assert.deepEqual(await probe("few", "'many'"), [{ gone: true }]);
  assert.deepEqual(await probe("last", "77"), [{ gone: true }]);
});

test("a file without timestamps, and one without rows, are like any other", async () => {
  const plain = { schema: { columns: [{ name: "n", type: "int" }] } };
  const [a, b] = [await encode({ ...plain, timestamps: "int96" }, ['{"n":1}']), await encode(plain, ['{"n":1}'])];
  assert.ok(a.object.equals(b.object));
  assert.deepEqual(await rowsOf(await encode({ schema, timestamps: "int96" }, [])), []);
});

test("pyarrow finds every value of the corpus", { skip }, async () => {
  const corpus = Array.from({ length: 3000 }, (_, index) => corpusRecord(index));
  for (const compression of ["snappy", "zstd"]) {
    const options = { schema: corpusSchema, compression, rowGroupRows: 1000, timestamps: "int96" };
    const path = await fileOf(await encodeObject(parquetFormat, [corpus], { options, scratch }));
    const script = join(import.meta.dirname, "../../../test/readers/read_rows.py");
    const printed = execFileSync(PYTHON ?? "", [script, "parquet", path], { encoding: "utf8", maxBuffer: 1e9 });
    const lines = printed.split("\n").slice(0, -1);
    const expected = corpus.flatMap((record) => corpusLines(record, { micros: true }));
    assert.equal(lines.length, expected.length);
    for (const [index, line] of expected.entries()) {
      assert.deepEqual(JSON.parse(lines[index] ?? ""), JSON.parse(line), `row ${index}`);
    }
  }
});

test("int96OfMicros: nanoseconds of the day and the Julian day", () => {
  const cases: readonly [micros: bigint, nanos: bigint, day: number][] = [
    [0n, 0n, 2_440_588],
    [-1n, 86_399_999_999_000n, 2_440_587],
    [86_400_000_000n, 0n, 2_440_589],
    [-62_135_596_800_000_000n, 0n, 1_721_426],
    [253_402_300_799_999_999n, 86_399_999_999_000n, 5_373_484],
  ];
  for (const [micros, nanos, day] of cases) {
    const source = Buffer.alloc(8);
    source.writeBigInt64LE(micros);
    const made = int96OfMicros(source);
    assert.deepEqual([made.readBigUInt64LE(0), made.readInt32LE(8), made.length], [nanos, day, 12]);
  }
});

test("a footer is read and written to the same bytes", async () => {
  const columns = Array.from({ length: 40 }, (_, place) => ({ name: `c${place}`, type: "array<decimal(10,2)>" }));
  for (const one of [schema, { columns }]) {
    const { object } = await encode({ schema: one, rowGroupRows: 2048 });
    const start = object.length - 8 - object.readUInt32LE(object.length - 8);
    const footer = object.subarray(start, -8);
    const { struct, end } = readThrift(footer, 0);
    assert.equal(end, footer.length);
    assert.ok(writeThrift(struct).equals(footer));
    assert.throws(() => readThrift(footer.subarray(0, -1), 0), /an end before them/);
  }
});

function encode(options: JsonObject, all: readonly string[] = records): Promise<Encoded> {
  return encodeObject(parquetFormat, [all.slice(0, 900), all.slice(900)], { options, scratch });
}

async function fileOf({ object }: Encoded): Promise<string> {
  const path = await scratch.path("object.parquet");
  writeFileSync(path, object);
  return path;
}

async function rowsOf(encoded: Encoded): Promise<Record<string, unknown>[]> {
  return showParquet(await fileOf(encoded));
}
