import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { formatConformance } from "../../../test/conformance/format.ts";
import { temporaryScratch } from "../../../test/fakes/scratch.ts";
import { readAvro } from "../../../test/readers/avro.ts";
import { encodeObject } from "../../../test/readers/encode-object.ts";
import { corpusColumns, corpusLines, corpusRecord, corpusSchema } from "../../../test/readers/row-corpus.ts";
import { parseHiveType } from "../../model/schema/hive-type.ts";
import { avroCodec, avroCompressions } from "./avro-codec.ts";
import { avroFormat } from "./avro-format.ts";
import { avroSchema } from "./avro-schema.ts";

/** Times have microseconds in Avro. */
const linesOf = (record: Buffer) => corpusLines(record, { micros: true });

formatConformance({
  format: avroFormat,
  options: { schema: corpusSchema },
  compressions: avroCompressions,
  record: corpusRecord,
  badRecord: Buffer.from('{"tiny":128}'),
  expected: (record) => Buffer.from(linesOf(record).join("\n")),
  read: async (object) => (await readAvro(object, corpusColumns)).map((line) => Buffer.from(line)),
});

test("avro fits names, keeps those of the columns, and tells apart what becomes one", () => {
  const columns = ["a b", "a-b", "1st", "fine", "ä"].map((name) => ({ name, type: parseHiveType("int") }));
  const { fields } = avroSchema(columns, "my table") as { fields: { name: string; doc?: string }[] };
  assert.deepEqual(
    fields.map(({ name, doc }) => [name, doc]),
    [
      ["a_b", "a b"],
      ["a_b_2", "a-b"],
      ["_1st", "1st"],
      ["fine", undefined],
      ["_", "ä"],
    ],
  );
});

test("avro refuses a compression that its readers do not know, by name", () => {
  assert.throws(() => avroCodec({ type: "zip" }), { code: "unknown-codec", message: /none, gzip.*got zip/ });
});

const PYTHON = process.env.LAKEHOSE_TEST_READERS;
const skip = PYTHON === undefined && "needs a Python with fastavro: its path belongs in LAKEHOSE_TEST_READERS";
const scratch = temporaryScratch();

for (const type of avroCompressions) {
  test(`fastavro finds every value of an Avro file with ${type}`, { skip }, async () => {
    const records = Array.from({ length: 2_000 }, (_, index) => corpusRecord(index));
    const options = { schema: corpusSchema };
    const { object } = await encodeObject(avroFormat, [records], { options, compression: { type } });
    const expected = records.flatMap(linesOf);
    const found = fastavro(await writeScratch(object));
    assert.equal(found.length, expected.length);
    for (const [index, line] of expected.entries()) assert.equal(found[index], line, `row ${index}`);
  });
}

test("fastavro reads maps with keys that are no texts, 10,000 columns, and a file without rows", { skip }, async () => {
  const columns = [{ name: "m", type: "map<int,struct<x:int>>" }];
  const { object } = await encodeObject(avroFormat, [['{"m":{"1":{"x":2},"-3":null}}']], {
    options: { schema: { columns } },
  });
  assert.deepEqual(fastavro(await writeScratch(object)), ['[[["1",["2"]],["-3",null]]]']);
  const many = Array.from({ length: 10_000 }, (_, index) => ({ name: `c${index}`, type: "bigint" }));
  const wide = JSON.stringify(Object.fromEntries(many.map(({ name }, index) => [name, index])));
  const large = await encodeObject(avroFormat, [[wide, "{}"]], { options: { schema: { columns: many } } });
  assert.deepEqual(fastavro(await writeScratch(large.object)), [
    JSON.stringify(many.map((_, index) => String(index))),
    JSON.stringify(many.map(() => null)),
  ]);
  const empty = await encodeObject(avroFormat, [], { options: { schema: corpusSchema } });
  assert.deepEqual(fastavro(await writeScratch(empty.object)), []);
});

async function writeScratch(object: Buffer): Promise<string> {
  const file = await scratch.path("rows.avro");
  writeFileSync(file, object);
  return file;
}

function fastavro(file: string): string[] {
  const program = join(import.meta.dirname, "../../../test/readers/read_rows.py");
  const output = execFileSync(PYTHON ?? "", [program, "avro", file], { maxBuffer: 256 * 1024 * 1024 });
  return output.toString().split("\n").slice(0, -1);
}
