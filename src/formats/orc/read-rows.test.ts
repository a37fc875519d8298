import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeObject } from "../../../test/readers/encode-object.ts";
import { foreignColumns, foreignRows, foreignTable, rowsIn, textOf } from "../../../test/readers/foreign-tables.ts";
import { corpusColumns, corpusLines, corpusRecord, corpusSchema, ownLines } from "../../../test/readers/row-corpus.ts";
import { LakehoseError } from "../../model/errors.ts";
import type { Column } from "../../model/schema/column-type.ts";
import { parseHiveType } from "../../model/schema/hive-type.ts";
import { seededRandom } from "../../std/random.ts";
import { orcFormat } from "./orc-format.ts";
import { readOrcRows } from "./read-rows.ts";

const FILES = ["none-v1", "zlib", "snappy-dictionary", "lz4-v1-dictionary", "zstd-small-blocks"];

function read(bytes: Buffer, columns: readonly Column[]): Promise<string> {
  return textOf(readOrcRows({ bytes: bytes.length, read: async (start, end) => bytes.subarray(start, end) }, columns));
}

const parseColumns = (types: Readonly<Record<string, string>>) =>
  Object.entries(types).map(([name, type]) => ({ name, type: parseHiveType(type) }));

for (const name of FILES) {
  test(`readOrcRows() finds what pyarrow wrote: ${name}`, async () => {
    assert.deepEqual(rowsIn(await read(foreignTable(`${name}.orc`), foreignColumns)), foreignRows());
  });
}

for (const compression of ["none", "snappy", "zlib"]) {
  test(`readOrcRows() finds what our writer wrote with ${compression}`, async () => {
    const records = Array.from({ length: 3_000 }, (_, index) => corpusRecord(index));
    const batches = Array.from({ length: 3 }, (_, batch) => records.slice(batch * 1000, batch * 1000 + 1000));
    const options = { schema: corpusSchema, compression, stripeBytes: 256 * 1024, rowIndexStride: 1000 };
    const { object } = await encodeObject(orcFormat, batches, { options });
    assert.deepEqual(
      ownLines(await read(object, corpusColumns)),
      records.flatMap((record) => corpusLines(record, { micros: true })),
    );
  });
}

test("readOrcRows() reads the streams of the columns that are asked for, and no others", async () => {
  const bytes = foreignTable("none-v1.orc");
  let total = 0;
  const counted = async (start: number, end: number) => {
    total += end - start;
    return bytes.subarray(start, end);
  };
  const columns = foreignColumns.filter(({ name }) => name === "steps");
  // The end of the file is looked at whatever is asked for, and this one is no longer than that.
  const tail = bytes.length;
  const lines = await textOf(readOrcRows({ bytes: bytes.length, read: counted }, columns));
  assert.equal(lines.split("\n")[2], '{"steps":6}');
  assert.ok(total < tail + 10_000, `${total} bytes`);
});

test("readOrcRows() goes by the places of columns where the file has no names of its own", async () => {
  const columns = ["int", "string"].map((type, place) => ({ name: `_col${place}`, type }));
  const options = { schema: { columns } };
  const { object } = await encodeObject(orcFormat, [['{"_col0":1,"_col1":"a"}']], { options });
  assert.equal(await read(object, parseColumns({ id: "int", note: "string", more: "int" })), '{"id":1,"note":"a"}\n');
  assert.equal(await read(object, parseColumns({ id: "bigint" })), '{"id":1}\n');
});

test("readOrcRows() says where a file is wrong, and ends, whatever its bytes are", { timeout: 120_000 }, async () => {
  const random = seededRandom(7);
  const below = (bound: number) => Math.floor(random.fraction() * bound);
  let refused = 0;
  for (const name of FILES) {
    const bytes = foreignTable(`${name}.orc`);
    for (let round = 0; round < 40; round++) {
      const hurt = Buffer.from(round % 4 === 0 ? bytes.subarray(below(bytes.length)) : bytes);
      for (let flips = 1 + below(8); flips > 0; flips--) hurt[below(hurt.length)] = below(256);
      const failure = await read(hurt, foreignColumns).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (failure === undefined) continue;
      refused++;
      assert.ok(failure instanceof LakehoseError && failure.code === "damaged-object", String(failure));
      assert.match(failure.message, /ORC/);
    }
  }
  assert.ok(refused > 50, `${refused} refused`);
});
