import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { encodeObject } from "../../../test/readers/encode-object.ts";
import {
  foreignColumns,
  foreignRows,
  foreignTable,
  inPieces,
  rowsIn,
  textOf,
} from "../../../test/readers/foreign-tables.ts";
import { corpusColumns, corpusLines, corpusRecord, corpusSchema, ownLines } from "../../../test/readers/row-corpus.ts";
import type { CompressionType } from "../../model/delivery-definition.ts";
import { LakehoseError } from "../../model/errors.ts";
import type { Column } from "../../model/schema/column-type.ts";
import { parseHiveType } from "../../model/schema/hive-type.ts";
import { seededRandom } from "../../std/random.ts";
import { avroFormat } from "./avro-format.ts";
import { readAvroRows } from "./read-rows.ts";

const CODECS = ["null", "deflate", "snappy", "zstandard", "bzip2"];

const read = (bytes: Buffer, columns: readonly Column[], size = 1 << 20) =>
  textOf(readAvroRows(inPieces(bytes, size), columns));

const columnsOf = (types: Readonly<Record<string, string>>) =>
  Object.entries(types).map(([name, type]) => ({ name, type: parseHiveType(type) }));

for (const codec of CODECS) {
  test(`readAvroRows() finds what fastavro wrote with ${codec}`, async () => {
    const cities: Readonly<Record<string, string>> = { Köln: "Koeln", "": "Nowhere" };
    const expected = foreignRows().map((row) => {
      const { city } = row as { readonly city: string };
      return { ...(row as object), city: cities[city] ?? city };
    });
    for (const size of [1 << 20, 1000]) {
      assert.deepEqual(rowsIn(await read(foreignTable(`${codec}.avro`), foreignColumns, size)), expected);
    }
  });
}

for (const type of ["none", "gzip", "snappy", "zstd"] as const satisfies readonly CompressionType[]) {
  test(`readAvroRows() finds what our writer wrote under ${type}`, async () => {
    const records = Array.from({ length: 1_500 }, (_, index) => corpusRecord(index));
    const batches = [records.slice(0, 700), records.slice(700)];
    const { object } = await encodeObject(avroFormat, batches, {
      options: { schema: corpusSchema },
      compression: { type },
    });
    assert.deepEqual(
      ownLines(await read(object, corpusColumns)),
      records.flatMap((record) => corpusLines(record, { micros: true })),
    );
  });
}

test("readAvroRows() reads unions of several types, names of types, and what the table calls otherwise", async () => {
  const file = readFileSync(new URL("../../../test/fixtures/crawler/table.avro", import.meta.url));
  const columns = columnsOf({
    home: "struct<city:string>",
    mixed: "bigint",
    kind: "string",
    other: "string",
    gone: "int",
  });
  const [row] = rowsIn(await read(file, columns));
  assert.deepEqual(row, { kind: "A", other: null, mixed: 1n, home: { city: "Bonn" } });
});

/** A file of one block without a codec; every number is below 64. */
function smallFile(schema: object, rows: number, block: readonly number[]): Buffer {
  const long = (value: number) => (value < 64 ? [value * 2] : [((value * 2) & 0x7f) | 0x80, (value * 2) >> 7]);
  const text = Buffer.from(JSON.stringify(schema));
  const marker = Buffer.alloc(16, 1);
  const header = [Buffer.from("Obj\x01"), long(1), long(11), Buffer.from("avro.schema"), long(text.length), text, [0]];
  const parts = [...header, marker, long(rows), long(block.length), block, marker];
  return Buffer.concat(parts.map((part) => Buffer.from(part)));
}

test("readAvroRows() ends with records that hold themselves, and with values that take no bytes", async () => {
  const list = { type: "record", name: "List", fields: [{ name: "next", type: ["null", "List"] }] };
  assert.equal(
    await read(smallFile(list, 1, [2, 2, 0]), columnsOf({ next: "string" })),
    '{"next":{"next":{"next":null}}}\n',
  );
  const endless = { type: "record", name: "Endless", fields: [{ name: "a", type: "Endless" }] };
  const twice = { type: "record", name: "R", fields: ["a", "b"].map((name) => ({ name, type: ["null", "R"] })) };
  const nulls = { type: "record", name: "N", fields: [{ name: "a", type: { type: "array", items: "null" } }] };
  const hostile: readonly (readonly [Buffer, RegExp])[] = [
    [smallFile(endless, 1, []), /Avro: block 0 .* at most 100 levels/],
    [smallFile(twice, 1, [2, 2, 2]), /Avro: block 0 .*end of the block/],
    [smallFile(nulls, 1, [0xfe, 0xff, 0xff, 0xff, 0x0f, 0]), /at most 4000000 values in a row/],
    [smallFile(nulls, 2, [0]), /end of the block/],
    [smallFile(nulls, 1, [0, 0]), /Expected the end of the block behind 1 rows/],
  ];
  for (const [file, message] of hostile) {
    await assert.rejects(read(file, columnsOf({ a: "string" })), (error: unknown) => {
      assert.ok(error instanceof LakehoseError && error.code === "damaged-object", String(error));
      assert.match(error.message, message);
      return true;
    });
  }
});

test("readAvroRows() says where a file is wrong, and ends, whatever its bytes are", { timeout: 120_000 }, async () => {
  const random = seededRandom(7);
  const below = (bound: number) => Math.floor(random.fraction() * bound);
  let refused = 0;
  for (const codec of CODECS) {
    const bytes = foreignTable(`${codec}.avro`);
    for (let round = 0; round < 40; round++) {
      const hurt = Buffer.from(round % 4 === 0 ? bytes.subarray(0, below(bytes.length)) : bytes);
      for (let flips = 1 + below(8); flips > 0; flips--) hurt[below(hurt.length)] = below(256);
      const failure = await read(hurt, foreignColumns).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (failure === undefined) continue;
      refused++;
      const codes = ["damaged-object", "unsupported-compression"];
      assert.ok(failure instanceof LakehoseError && codes.includes(failure.code), String(failure));
    }
  }
  assert.ok(refused > 50, `${refused} refused`);
});
