import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { formatConformance } from "../../../test/conformance/format.ts";
import { decompressBuffer } from "../../../test/fakes/decompress-buffer.ts";
import { readCsv } from "../../../test/readers/csv.ts";
import { encodeObject } from "../../../test/readers/encode-object.ts";
import { corpusColumns, corpusRecord, corpusSchema } from "../../../test/readers/row-corpus.ts";
import type { CompressionType } from "../../model/delivery-definition.ts";
import { compressions } from "../compression/registry.ts";
import { jsonRowOptions } from "../rows/json-row-options.ts";
import { jsonRowReader } from "../rows/json-rows.ts";
import { csvFormat } from "./csv-format.ts";
import { fieldText } from "./field.ts";

const rows = jsonRowReader({ columns: corpusColumns }, jsonRowOptions.parse({}));

/** The fields of a record, `null` as itself. */
function fieldsOf(record: Buffer): (string | null)[] {
  const [row = []] = rows.read(record).rows ?? [];
  return corpusColumns.map(({ type }, index) => {
    const cell = row[index] ?? null;
    return cell === null ? null : fieldText(cell, type);
  });
}

for (const options of [{}, { delimiter: "\t", quoting: "all", nullText: "\\N", lineEnd: "\r\n", header: false }]) {
  formatConformance({
    format: csvFormat,
    options: { schema: corpusSchema, ...options },
    compressions: Object.keys(compressions) as CompressionType[],
    record: corpusRecord,
    badRecord: Buffer.from("[]"),
    expected: (record) => Buffer.from(JSON.stringify(fieldsOf(record))),
    read: async (object) => {
      const plain = await decompressBuffer(object, { outputBytesMax: 1e9 });
      const lines = readCsv(plain.toString(), { delimiter: ",", nullText: "", ...options });
      if (options.header !== false)
        assert.deepEqual(
          lines.shift(),
          corpusColumns.map(({ name }) => name),
        );
      return lines.map((fields) => Buffer.from(JSON.stringify(fields)));
    },
  });
}

test("csv quotes what needs it and nothing else", async () => {
  const schema = { columns: ["a", "b", "c d"].map((name) => ({ name, type: "string" })) };
  const records = [
    { a: "plain", b: 'say "x"', "c d": "one,two" },
    { a: "", b: null, "c d": "line\nbreak" },
    { a: " led", b: "trailing ", "c d": "\r" },
  ];
  const { object } = await encodeObject(csvFormat, [records.map((one) => JSON.stringify(one))], {
    options: { schema },
  });
  assert.equal(
    object.toString(),
    'a,b,c d\nplain,"say ""x""","one,two"\n"","","line\nbreak"\n" led","trailing ","\r"\n'.replace(
      '"","","line',
      '"",,"line',
    ),
  );
});

test("csv refuses options that cannot be read back", () => {
  const schema = { columns: [{ name: "a", type: "int" }] };
  const fails = (options: object) => !csvFormat.optionsSchema.safeParse({ schema, ...options }).success;
  assert.ok(!fails({ delimiter: ";", nullText: "NULL" }));
  for (const options of [
    { delimiter: '"' },
    { delimiter: "\n" },
    { delimiter: ";;" },
    { nullText: "a,b" },
    { nullText: '"' },
  ]) {
    assert.ok(fails(options), JSON.stringify(options));
  }
});

const skip = spawnSync("python3", ["-c", "import csv"]).status !== 0 && "needs python3, whose csv module reads it";

test("Python's csv module finds the fields of the corpus", { skip }, async () => {
  const records = Array.from({ length: 60 }, (_, index) => corpusRecord(index));
  const { object } = await encodeObject(csvFormat, [records], { options: { schema: corpusSchema } });
  const script =
    "import csv,io,json,sys; csv.field_size_limit(10**9); t=sys.stdin.buffer.read().decode(); print(json.dumps(list(csv.reader(io.StringIO(t,newline='')))))";
  const run = spawnSync("python3", ["-c", script], { input: object, maxBuffer: 1e9 });
  const [header, ...found] = JSON.parse(run.stdout.toString()) as string[][];
  assert.deepEqual(
    header,
    corpusColumns.map(({ name }) => name),
  );
  assert.deepEqual(
    found,
    records.map((record) => fieldsOf(record).map((field) => field ?? "")),
  );
});
