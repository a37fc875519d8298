import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type ResultForm, readRows, type TextRow, writeRow } from "./result-text.ts";

async function read(form: ResultForm, bytes: Buffer, pieceBytes: number) {
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  }
  const rows: TextRow[] = [];
  let size = 0;
  for await (const row of readRows(form, pieces())) {
    rows.push(row.values);
    size += row.bytes;
  }
  return { rows, size };
}

test("writeRow() quotes every value, and leaves null without quotes", () => {
  assert.equal(writeRow("csv", ['a "b"', "", null, "x,\ny"]), '"a ""b""","",,"x,\ny"\n');
  assert.equal(writeRow("csv", [null]), "\n");
  assert.equal(writeRow("txt", ["a\tb", null, "c"]), "a b\t\tc\n");
});

test("readRows() gives back what writeRow() wrote, wherever its pieces end", async () => {
  const value = fc.oneof(fc.constant(null), fc.string({ unit: "grapheme" }), fc.stringMatching(/^[",\n\ra]{0,8}$/));
  const width = fc.integer({ min: 1, max: 4 });
  const table = width.chain((columns) =>
    fc.array(fc.array(value, { minLength: columns, maxLength: columns }), { maxLength: 5 }),
  );
  await fc.assert(
    fc.asyncProperty(table, fc.integer({ min: 1, max: 9 }), async (rows, pieceBytes) => {
      const bytes = Buffer.from(rows.map((row) => writeRow("csv", row)).join(""));
      assert.deepEqual(await read("csv", bytes, pieceBytes), { rows, size: bytes.length });
    }),
  );
});

test("readRows() takes a file that somebody else has written over", async () => {
  assert.deepEqual((await read("csv", Buffer.from('"a" b,c\n"open'), 4)).rows.length, 2);
  assert.deepEqual((await read("txt", Buffer.from("a\tb\nc"), 2)).rows, [["a\tb"], ["c"]]);
});

test("readRows() takes a text of millions of quotes", async () => {
  const row = ['"'.repeat(9_000_000), null];
  const { rows } = await read("csv", Buffer.from(writeRow("csv", row)), 1024 * 1024);
  assert.ok(rows[0]?.[0] === row[0] && rows[0]?.length === 2);
});
