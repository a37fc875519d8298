import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { mapColumns } from "./mapping.ts";
import type { PostgresOptions } from "./postgres-options.ts";
import { NeedsDefaults, RowEncoder, type RowEncoderOptions, type RowRefusal } from "./row-encoder.ts";
import type { Table, TableColumn } from "./table.ts";

function column(name: string, more: Partial<TableColumn> = {}): TableColumn {
  return {
    ...{ name, typeText: "text", castText: "text", typeName: "text" },
    ...{ isArray: false, isJson: false, isRequired: false, isGenerated: false, defaultText: undefined },
    ...more,
  };
}

interface Wishes extends Partial<RowEncoderOptions> {
  readonly options?: Partial<Pick<PostgresOptions, "columns" | "key">>;
}

function encoderOf(columns: readonly TableColumn[], { options = {}, ...more }: Wishes = {}): RowEncoder {
  const uniqueKeys = options.key === undefined ? [] : [options.key];
  const table: Table = { text: "t", columns: new Map(columns.map((one) => [one.name, one])), uniqueKeys };
  const mapping = mapColumns(table, { columns: undefined, key: undefined, ...options });
  return new RowEncoder(mapping, { isStaged: false, deletes: undefined, streamUid: "ab", ...more });
}

function add(encoder: RowEncoder, record: string | Buffer, index = 0): RowRefusal | undefined {
  return encoder.add({ index, bytes: Buffer.from(record), arrivalMs: 0, offset: 5, piece: 1 });
}

/** What the server reads of the text format. */
function rowsOf(encoder: RowEncoder): (string | null)[][] {
  const lines = encoder.take().toString().split("\n").slice(0, -1);
  const letters: Readonly<Record<string, string>> = { b: "\b", t: "\t", n: "\n", v: "\v", f: "\f", r: "\r" };
  const decoded = (text: string) => text.replace(/\\(.)/gs, (_, letter: string) => letters[letter] ?? letter);
  return lines.map((line) => line.split("\t").map((text) => (text === "\\N" ? null : decoded(text))));
}

test("RowEncoder writes texts so that the server reads them as the producer meant them", () => {
  const encoder = encoderOf([column("a"), column("b"), column("c", { isJson: true })]);
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string(), fc.jsonValue(), (a, b, c) => {
      const record = JSON.stringify({ c, a, b }, null, 1);
      const refusal = add(encoder, record);
      if (a.includes("\0") || b.includes("\0") || !a.isWellFormed()) return refusal?.code === "22021";
      const [row] = rowsOf(encoder);
      assert.deepEqual(row?.slice(0, 2), [a, b]);
      if (c === null) assert.equal(row?.[2], null);
      else assert.deepEqual(JSON.parse(String(row?.[2])), JSON.parse(JSON.stringify(c)));
      return refusal === undefined;
    }),
  );
});

test("RowEncoder keeps numbers as they were written, and knows null from what is not there", () => {
  const encoder = encoderOf([column("a"), column("b"), column("d", { defaultText: "1" })]);
  assert.equal(add(encoder, ' {"d":true,"a":12345678901234567890.10,"b":"null"} '), undefined);
  assert.equal(add(encoder, '{"a":null,"d":-1e400}'), undefined);
  assert.deepEqual(rowsOf(encoder), [
    ["12345678901234567890.10", "null", "true"],
    [null, null, "-1e400"],
  ]);
  assert.throws(() => add(encoder, '{"a":1}'), NeedsDefaults);
  assert.equal(encoder.length, 0);
});

test("RowEncoder finds members wherever they stand, by the last of a name, and below others by paths", () => {
  const columns = { x: "x", deep: "a.b[1]", y: "x" };
  const encoder = encoderOf([column("x"), column("deep"), column("y")], { options: { columns } });
  const records = ['{"x":1,"a":{"b":[0,"one"]}}', '{"a":{"b":[]},"x":2,"x":3}', '{"\\u0078":4}', '{"o":0,"x":5}'];
  for (const record of records) assert.equal(add(encoder, record), undefined);
  assert.deepEqual(rowsOf(encoder), [
    ["1", "one", "1"],
    ["3", null, "3"],
    ["4", null, "4"],
    ["5", null, "5"],
  ]);
});

test("RowEncoder writes arrays as PostgreSQL reads them", () => {
  const encoder = encoderOf([column("a", { isArray: true }), column("b")]);
  add(encoder, '{"a":[1,"two \\"\\\\",null,[true,{"x":"y"}],""],"b":[1, 2]}');
  assert.deepEqual(rowsOf(encoder), [['{1,"two \\"\\\\",NULL,{true,"{\\"x\\":\\"y\\"}"},""}', "[1, 2]"]]);
});

test("RowEncoder stages a record with its place and what has a default", () => {
  const columns = [column("id"), column("d", { defaultText: "1" }), column("e", { defaultText: "2" })];
  const encoder = encoderOf(columns, { isStaged: true, options: { key: ["id"] } });
  assert.equal(add(encoder, '{"id":1,"e":null}', 7), undefined);
  assert.equal(add(encoder, '{"id":null,"e":1}', 8)?.code, "23502");
  assert.deepEqual(rowsOf(encoder), [["7", "f", "{1}", "1", null, null]]);
});

test("RowEncoder refuses what cannot be sent, and the rows around it stay whole", () => {
  const encoder = encoderOf([column("a"), column("b")]);
  const notUtf8 = Buffer.concat([Buffer.from('{"b":"x","a":"'), Buffer.of(0xc3, 0x28), Buffer.from('"}')]);
  const codes = ['{"a":"é"}', notUtf8, "[]", '{"a":1', '{"A":1}', '{"b":"\\u0000"}', '{"a":2}'].map(
    (record) => add(encoder, record)?.code,
  );
  const [json, column_] = ["Lakehose.NotJsonObject", "Lakehose.NoColumn"];
  assert.deepEqual(codes, [undefined, "22021", json, json, column_, "22021", undefined]);
  assert.deepEqual(rowsOf(encoder), [
    ["é", null],
    ["2", null],
  ]);
});

test("RowEncoder takes any bytes into bytea, and says what else is known of a record", () => {
  const columns = {
    raw: { from: "record" },
    at: { from: "arrival" },
    s: { from: "stream" },
    o: { from: "offset" },
  } as const;
  const typed = [column("raw", { typeName: "bytea" }), column("at"), column("s"), column("o", { typeName: "int8" })];
  const encoder = encoderOf(typed, { options: { columns } });
  assert.equal(add(encoder, Buffer.of(0, 0xff)), undefined);
  assert.deepEqual(rowsOf(encoder), [["\\x00ff", "1970-01-01T00:00:00.000Z", "ab", "5"]]);
});
