import assert from "node:assert/strict";
import { test } from "node:test";
import { formatConformance } from "../../../test/conformance/format.ts";
import { decompressBuffer } from "../../../test/fakes/decompress-buffer.ts";
import { encodeObject } from "../../../test/readers/encode-object.ts";
import { corpusColumns, corpusLines, corpusRecord, corpusSchema } from "../../../test/readers/row-corpus.ts";
import type { CompressionType } from "../../model/delivery-definition.ts";
import { compressions } from "../compression/registry.ts";
import { jsonLinesFormat } from "./json-lines-format.ts";

const readLines = async (object: Buffer) => {
  const plain = await decompressBuffer(object, { outputBytesMax: 1e9 });
  assert.ok(plain.length === 0 || plain.at(-1) === 10, "the last line ends too");
  return plain
    .toString()
    .split("\n")
    .slice(0, -1)
    .map((line) => Buffer.from(line));
};

formatConformance({
  format: jsonLinesFormat,
  options: {},
  compressions: Object.keys(compressions) as CompressionType[],
  record: (index) => Buffer.from(index === 20 ? JSON.stringify("x".repeat(1024 * 1024)) : corpusRecord(index)),
  badRecord: Buffer.from('{"a":1'),
  read: readLines,
});

formatConformance({
  format: jsonLinesFormat,
  options: { schema: corpusSchema },
  compressions: ["gzip"],
  record: corpusRecord,
  badRecord: Buffer.from('{"number":"none"}'),
  // Read by the rules of the schema once more: a line says of each column what the record said.
  expected: (record) => Buffer.from(corpusLines(record).join()),
  read: async (object) => (await readLines(object)).map((line) => Buffer.from(corpusLines(line).join())),
});

test("json-lines parts documents, closes up those of many lines, and keeps digits, keys and their order", async () => {
  const records = [
    ' {"a":1.50, "b": 12345678901234567890}\r\n',
    '{"a":1}{"a":2}\n[1,2] "x" 3 true null',
    '{\n  "b": 1e400,\n  "a": {"x": [ ], "x": "line\\nbreak"},\r\n "": -0.0 }',
  ];
  const { object, rejects } = await encodeObject(jsonLinesFormat, [records], {});
  assert.deepEqual(rejects, []);
  assert.deepEqual(object.toString().split("\n"), [
    '{"a":1.50, "b": 12345678901234567890}',
    '{"a":1}',
    '{"a":2}',
    "[1,2]",
    '"x"',
    "3",
    "true",
    "null",
    '{"b":1e400,"a":{"x":[],"x":"line\\nbreak"},"":-0.0}',
    "",
  ]);
});

test("json-lines refuses what is no JSON with the codes of Firehose", async () => {
  const records = ["", "  \n", "{'a':1}", '{"a":1},{"a":2}', Buffer.from([0x22, 0xff, 0x22]), "NaN", '{"a":1}x', "1"];
  const { object, rejects } = await encodeObject(jsonLinesFormat, [records], {});
  assert.equal(object.toString(), "1\n");
  assert.deepEqual(
    rejects.map(({ index, code }) => [index, code.replace("DataFormatConversion.", "")]),
    [
      [0, "MalformedData"],
      [1, "MalformedData"],
      [2, "ParseError"],
      [3, "ParseError"],
      [4, "ParseError"],
      [5, "ParseError"],
      [6, "ParseError"],
    ],
  );
});

test("json-lines writes columns of a schema with all their digits", async () => {
  const schema = {
    columns: corpusColumns
      .slice(4, 15)
      .map(({ name }, at) => ({ name, type: corpusSchema.columns[at + 4]?.type ?? "" })),
  };
  const record =
    '{"big":9007199254740993,"price":"1.5","huge":0.1,"at":-1.5,"day":"1969-12-31","bytes":"AAE=","single":"NaN","x":1}';
  const { object } = await encodeObject(jsonLinesFormat, [[record]], { options: { schema } });
  assert.equal(
    object.toString(),
    '{"big":9007199254740993,"single":"NaN","double":null,"price":1.50,"huge":0.1000000000,"text":null,"short":null,' +
      '"fixed":null,"bytes":"AAE=","at":"1969-12-31 23:59:58.5","day":"1969-12-31"}\n',
  );
});
