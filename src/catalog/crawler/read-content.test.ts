import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { LakehoseError } from "../../model/errors.ts";
import { formatHiveType } from "../../model/schema/hive-type.ts";
import { seededRandom } from "../../std/random.ts";
import { SAMPLE_BYTES } from "./crawler-limits.ts";
import { type ReadableObject, type ReadOptions, readContent } from "./read-content.ts";

/** Files that other programs wrote: `test/fixtures/crawler/generate.py`. */
function fixture(name: string): Buffer {
  return readFileSync(new URL(`../../../test/fixtures/crawler/${name}`, import.meta.url));
}

function objectOf(bytes: Buffer): ReadableObject & { readonly counted: { bytes: number } } {
  const counted = { bytes: 0 };
  return {
    bytes: bytes.length,
    counted,
    read: async (start, end) => {
      counted.bytes += end - start;
      return bytes.subarray(start, end);
    },
  };
}

async function described(bytes: Buffer, options?: ReadOptions) {
  const { compression, form, columns, warnings } = await readContent(objectOf(bytes), options);
  const types = columns.map(({ name, type }) => `${name} ${formatHiveType(type)}`).join(", ");
  return { compression, form, types, warnings };
}

async function reasonFor(bytes: Buffer): Promise<string> {
  try {
    await readContent(objectOf(bytes));
    return "read";
  } catch (error) {
    assert.ok(error instanceof LakehoseError, String(error));
    return `${error.code}: ${error.message}`;
  }
}

const JSON_TYPES =
  "id bigint, name string, score double, ok boolean, tags array<string>, place struct<city:string,zip:bigint>";

test("readContent() tells JSON however its documents stand", async () => {
  for (const layout of ["lines", "glued", "array"] as const) {
    const { form, types, warnings, compression } = await described(fixture(`${layout}.json`));
    assert.deepEqual(
      { form, types, compression },
      { form: { format: "json", layout }, types: JSON_TYPES, compression: "none" },
    );
    assert.equal(warnings.length, layout === "lines" ? 0 : 1);
  }
  assert.deepEqual((await described(fixture("spread.json"))).form, { format: "json", layout: "spread" });
  assert.deepEqual((await described(Buffer.from('{"a":1}'))).form, { format: "json", layout: "lines" });
  assert.deepEqual((await described(Buffer.from('\uFEFF{"a":1}\r\n{"a":2}\r\n'))).form, {
    format: "json",
    layout: "lines",
  });
});

test("readContent() tells compression from the bytes, with gzip members joined by anything", async () => {
  const files = {
    "members-nothing": "gzip",
    "members-lf": "gzip",
    "members-crlf": "gzip",
    "lines.bz2": "bzip2",
    "lines.zst": "zstd",
    "lines.zip": "zip",
    "framed.sz": "snappy-framed",
    "hadoop.snappy": "hadoop-snappy",
    "many.lz4": "lz4",
    "linked.lz4": "lz4",
  };
  for (const [name, compression] of Object.entries(files)) {
    const found = await described(fixture(name));
    assert.deepEqual([found.compression, found.types], [compression, JSON_TYPES], name);
  }
  assert.match(await reasonFor(Buffer.from("\xfd7zXZ\x00\x00", "latin1")), /^unsupported-compression: .* got xz/);
});

test("readContent() looks at the start of an object that is compressed and long", async () => {
  const random = seededRandom(3);
  const lines = Array.from(
    { length: 40_000 },
    (_, id) => `{"id":${id},"text":"${random.bytes(30).toString("base64")}"}\n`,
  );
  for (const bytes of [gzipSync(lines.join("")), zstdCompressSync(lines.join(""))]) {
    assert.ok(bytes.length > SAMPLE_BYTES);
    const object = objectOf(bytes);
    assert.deepEqual((await readContent(object)).form, { format: "json", layout: "lines" });
    assert.equal(object.counted.bytes, SAMPLE_BYTES);
  }
});

test("readContent() tells delimiters, quotes and headers", async () => {
  const csv = { format: "csv", quoted: false };
  assert.deepEqual(await described(fixture("header.csv")), {
    compression: "none",
    form: { ...csv, delimiter: ",", header: true },
    types: "id bigint, city string, price double, active boolean",
    warnings: [],
  });
  const tabs = await described(fixture("tabs.tsv"));
  assert.deepEqual(tabs.form, { ...csv, delimiter: "\t", header: false });
  assert.equal(tabs.types, "col0 bigint, col1 string, col2 double, col3 boolean");
  const quoted = await described(fixture("quoted.csv"));
  assert.deepEqual(quoted.form, { format: "csv", quoted: true, delimiter: ";", header: true });
  assert.equal(quoted.types, "id bigint, text string");
});

test("readContent() has no header in a table of texts unless it is told so", async () => {
  const texts = Buffer.from("name,city\nAda,Bonn\nBob,Mainz\n");
  assert.equal((await described(texts)).types, "col0 string, col1 string");
  assert.equal((await described(texts, { csvHeader: "present" })).types, "name string, city string");
  assert.equal(
    (await described(fixture("header.csv"), { csvHeader: "absent" })).types,
    "col0 string, col1 string, col2 string, col3 string",
  );
});

test("readContent() keeps codes as text and numbers in quotes with gaps too", async () => {
  assert.equal(
    (await described(Buffer.from("zip,n\n01234,1\n01235,9223372036854775808\n"))).types,
    "zip string, n double",
  );
  assert.equal((await described(Buffer.from('a,b\n"1",2\n"2",\n'))).types, "a bigint, b string");
});

test("readContent() tells access logs", async () => {
  for (const pattern of ["common", "combined"] as const) {
    const { form, types } = await described(fixture(`${pattern}.log`));
    assert.deepEqual(form, { format: "log", pattern });
    assert.match(
      types,
      /^host string, identity string, user string, time string, request string, status string, size string/,
    );
  }
});

test("readContent() reads the columns of Parquet, ORC and Avro", async () => {
  const types =
    "id bigint, small tinyint, count int, name string, price decimal(10,2), at timestamp, day date, raw binary, half float, " +
    "tags array<string>, props map<string,int>, place struct<city:string,zip:bigint>";
  const parquet = await described(fixture("table.parquet"));
  assert.deepEqual([parquet.form.format, parquet.types], ["parquet", types]);
  for (const name of ["uncompressed", "zlib", "snappy", "lz4", "zstd"]) {
    const orc = await described(fixture(`${name}.orc`));
    assert.deepEqual([orc.form.format, orc.types], ["orc", types], name);
  }
  const avro = await described(fixture("table.avro"));
  assert.equal(avro.form.format, "avro");
  assert.equal(
    avro.types,
    "id bigint, name string, price decimal(10,2), at timestamp, day date, kind string, other string, mixed bigint, " +
      "tags array<string>, props map<string,int>, place struct<city:string>, home struct<city:string>",
  );
});

test("readContent() says what is wrong with a broken file", async () => {
  const cut = (name: string) => fixture(name).subarray(0, -20);
  assert.match(await reasonFor(cut("table.parquet")), /^damaged-object: Expected PAR1 at the end/);
  assert.match(await reasonFor(cut("zlib.orc")), /^damaged-object/);
  assert.match(await reasonFor(cut("members-lf")), /^damaged-object/);
  assert.match(await reasonFor(fixture("table.avro").subarray(0, 300)), /^damaged-object/);
  assert.match(await reasonFor(Buffer.from("just a few words\nof prose")), /^unknown-content/);
  assert.match(await reasonFor(Buffer.from([0xff, 0xfe, 0x41, 0])), /UTF-16/);
  assert.match(await reasonFor(gzipSync(fixture("table.avro"))), /^unknown-content: .* binary format/);
});

test("readContent() survives a producer that died in mid-line", async () => {
  const { form, warnings } = await described(Buffer.from('{"a":1}\n{"a":2}\n{"a":\n{"a":3}\n'));
  assert.equal(form.format, "json");
  assert.deepEqual(warnings, ["1 lines of the sample are no JSON"]);
});

test("readContent() stops at names of names of names", async () => {
  const record = (name: string, type: unknown) => ({
    type: "record",
    name,
    fields: ["a", "b"].map((field) => ({ name: field, type })),
  });
  let fields: unknown[] = [{ name: "r0", type: record("R0", "int") }];
  for (let level = 1; level < 40; level++)
    fields = [...fields, { name: `r${level}`, type: record(`R${level}`, `R${level - 1}`) }];
  const schema = Buffer.from(JSON.stringify({ type: "record", name: "Top", fields }));
  const long = (value: number) => {
    const bytes: number[] = [];
    let rest = value * 2;
    for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
    return Buffer.from([...bytes, rest]);
  };
  const key = Buffer.from("avro.schema");
  const pair = [long(key.length), key, long(schema.length), schema];
  const file = Buffer.concat([Buffer.from("Obj\x01"), long(1), ...pair, long(0), Buffer.alloc(16)]);
  assert.match(await reasonFor(file), /^damaged-object: .*fewer types/);
});

const FIXTURES = [
  "lines.json",
  "array.json",
  "header.csv",
  "quoted.csv",
  "combined.log",
  "members-crlf",
  "lines.bz2",
  "lines.zst",
  "lines.zip",
  "framed.sz",
  "hadoop.snappy",
  "linked.lz4",
  "table.parquet",
  "lz4.orc",
  "zstd.orc",
  "snappy.orc",
  "table.avro",
];

test("readContent() answers or refuses whatever the bytes are", { timeout: 60_000 }, async () => {
  const random = seededRandom(11);
  const below = (bound: number) => Math.floor(random.fraction() * bound);
  for (const name of FIXTURES) {
    const bytes = fixture(name);
    for (let round = 0; round < 60; round++) {
      const hurt = Buffer.from(bytes.subarray(0, round % 3 === 0 ? below(bytes.length + 1) : bytes.length));
      for (let flips = below(6); flips > 0 && hurt.length > 0; flips--) {
        hurt[below(hurt.length)] = below(256);
      }
      await reasonFor(hurt);
    }
  }
  for (let round = 0; round < 200; round++) await reasonFor(random.bytes(below(4096)));
  for (const text of ["[", '{"a":', '"', "<a>,"]) await reasonFor(Buffer.from(text.repeat(200_000)));
});
