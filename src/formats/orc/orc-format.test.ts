import assert from "node:assert/strict";
import { test } from "node:test";
import { formatConformance } from "../../../test/conformance/format.ts";
import { encodeObject } from "../../../test/readers/encode-object.ts";
import { readOrc } from "../../../test/readers/orc.ts";
import { corpusColumns, corpusLines, corpusRecord, corpusSchema } from "../../../test/readers/row-corpus.ts";
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
