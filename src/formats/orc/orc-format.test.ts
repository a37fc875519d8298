import assert from "node:assert/strict";
import { test } from "node:test";
import { formatConformance } from "../../../test/conformance/format.ts";
import { noScratch } from "../../../test/fakes/scratch.ts";
import { encodeObject } from "../../../test/readers/encode-object.ts";
import { readOrc } from "../../../test/readers/orc.ts";
import { corpusColumns, corpusLines, corpusRecord, corpusSchema } from "../../../test/readers/row-corpus.ts";
import { packRecords } from "../../model/records.ts";
import { seededRandom } from "../../std/random.ts";
import { orcFormat } from "./orc-format.ts";

const schema = corpusSchema;

for (const compression of ["none", "snappy", "zlib"]) {
  formatConformance({
    format: orcFormat,
    options: { schema, compression, stripeBytes: 64 * 1024, rowIndexStride: 1000 },
    compressions: ["none"],
    record: corpusRecord,
    badRecord: Buffer.from('{"number":"no number"}'),
    expected: (record) => Buffer.from(corpusLines(record).join("\n")),
    read: async (object) => readOrc(object).lines.map((line) => Buffer.from(line)),
  });
}

test("orc gives back every value of many rows, stripes and row groups", async () => {
  const records = Array.from({ length: 4_000 }, (_, index) => corpusRecord(index % 7 === 0 ? index + 1 : index));
  const batches = Array.from({ length: 8 }, (_, batch) => records.slice(batch * 500, batch * 500 + 500));
  for (const compression of ["none", "snappy", "zlib"]) {
    const options = { schema, compression, stripeBytes: 64 * 1024, rowIndexStride: 1000 };
    const { object, rejects } = await encodeObject(orcFormat, batches, { options });
    assert.deepEqual(rejects, []);
    const { lines, stripes, rowGroups, columnNames } = readOrc(object);
    assert.deepEqual(
      columnNames,
      corpusColumns.map(({ name }) => name),
    );
    const expected = records.flatMap((record) => corpusLines(record));
    assert.equal(lines.length, expected.length);
    for (const [index, line] of expected.entries()) assert.ok(lines[index] === line, `row ${index}`);
    assert.ok(stripes > 2 && rowGroups >= stripes);
  }
});

test("orc refuses the one second that its readers take for another, wherever it stands", async () => {
  const columns = [
    { name: "at", type: "timestamp" },
    { name: "within", type: "map<string,array<struct<at:timestamp>>>" },
  ];
  const ambiguous = "1969-12-31 23:59:59.5";
  const records = [
    { at: ambiguous },
    { within: { x: [null, { at: ambiguous }] } },
    { at: "1969-12-31 23:59:59", within: { x: [{ at: "1969-12-31 23:59:59.000999" }] } },
  ];
  const { object, rejects } = await encodeObject(orcFormat, [records.map((one) => JSON.stringify(one))], {
    options: { schema: { columns } },
  });
  assert.deepEqual(
    rejects.map(({ index, code }) => [index, code]),
    [
      [0, "DataFormatConversion.MalformedData"],
      [1, "DataFormatConversion.MalformedData"],
    ],
  );
  assert.deepEqual(readOrc(object).lines, ['["-1.0",[["x",[["-1.999000"]]]]]']);
});

test("orc: rows in are rows out and rejected records, whatever comes", async () => {
  const random = seededRandom(11);
  const schema = { columns: [{ name: "n", type: "int" }] };
  const pieces = ['{"n":1}', '{"n":1}{"n":2} {}', '{"n":"x"}', "[1]", "", '{"n":', '{"n":3000000000}', '{"m":[{}]}'];
  const rowsOf = [1, 3, 0, 0, 0, 0, 0, 1];
  const places = Array.from({ length: 700 }, () => Math.floor(random.fraction() * pieces.length));
  const records = places.map((place) => pieces[place] ?? "");
  const { object, rejects } = await encodeObject(orcFormat, [records.slice(0, 300), records.slice(300)], {
    options: { schema },
  });
  const rows = places.reduce((sum, place) => sum + (rowsOf[place] ?? 0), 0);
  assert.equal(readOrc(object).lines.length, rows);
  const rejected = places.flatMap((place, index) => (rowsOf[place] === 0 ? [index] : []));
  assert.deepEqual(
    rejects.map(({ index }) => index),
    rejected,
  );
  for (const { index, bytes } of rejects) assert.equal(bytes.toString(), records[index]);
});

test("orc holds no more than a stripe, and says how much that is", async () => {
  const stripeBytes = 128 * 1024;
  const options = { schema: { columns: [{ name: "text", type: "string" }] }, stripeBytes };
  const sink = { write: async () => undefined };
  const encoder = orcFormat.open({ options, compression: { type: "none" }, seed: "", sink, scratch: noScratch });
  let highest = 0;
  for (let index = 0; index < 60; index++) {
    const text = seededRandom(index).bytes(20_000).toString("base64");
    encoder.add(packRecords([Buffer.from(JSON.stringify({ text }))]));
    await encoder.drain();
    highest = Math.max(highest, encoder.nativeBytes);
  }
  // One stream has a chunk open, in memory that grows by doubling.
  assert.ok(highest > 30_000 && highest < stripeBytes + 1024 * 1024, `${highest} bytes`);
  await encoder.finish();
  assert.ok(encoder.encodedBytes > 900_000);
});

test("orc writes under a schema that was learnt from the records", async () => {
  const records = ['{"n":1,"place":{"city":"Bonn"}}', '{"n":2,"tags":["x"]}'];
  const options = orcFormat.learn?.({ schema: "infer" }, packRecords(records.map((record) => Buffer.from(record))));
  assert.ok(options);
  const { object, rejects } = await encodeObject(orcFormat, [records], { options });
  assert.deepEqual(rejects, []);
  const { columnNames, lines } = readOrc(object);
  assert.deepEqual(columnNames, ["n", "place", "tags"]);
  assert.deepEqual(lines, ['["1",["Bonn"],null]', '["2",null,["x"]]']);
});
