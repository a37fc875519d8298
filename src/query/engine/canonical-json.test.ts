import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHiveType } from "../../model/schema/hive-type.ts";
import { CanonicalJson } from "./canonical-json.ts";

const COLUMNS = [
  { name: "id", type: parseHiveType("int") },
  { name: "tags", type: parseHiveType("map<string,struct<x:int>>") },
  { name: "rows", type: parseHiveType("array<struct<name:string>>") },
  { name: "raw", type: parseHiveType("string") },
];

function canonical(text: string, chunkBytes: number): { readonly text: string; readonly changed: boolean } {
  const scan = new CanonicalJson(COLUMNS);
  const bytes = Buffer.from(text);
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    pieces.push(...scan.push(Buffer.from(bytes.subarray(at, at + chunkBytes))));
  }
  return { text: Buffer.concat(pieces).toString(), changed: scan.changed };
}

/** Cut anywhere, the answer is the same. */
function becomes(text: string, expected: string): void {
  for (const chunkBytes of [1, 3, 7, 1000]) {
    assert.deepEqual(
      canonical(text, chunkBytes),
      { text: expected, changed: text !== expected },
      `${chunkBytes} bytes`,
    );
  }
}

test("CanonicalJson puts each object on a line of its own", () => {
  becomes('{"id":1}{"id":2}', '{"id":1}\n{"id":2}');
  becomes('{"id":1} ,{"id":2}', '{"id":1}  \n{"id":2}');
  becomes('{"id":1}\r\n{"id":2}\n\n{"id":3}', '{"id":1}\r\n{"id":2}\n\n{"id":3}');
  becomes('{\n  "id": 1\r\n}\n', '{   "id": 1  }\n');
});

test("CanonicalJson takes the signs of an array on top away, and a byte order mark", () => {
  becomes('[{"id":1},\n{"id":2}]\n', ' {"id":1} \n{"id":2} \n');
  becomes('[\n{"id":1}\n,\n{"id":2}\n][{"id":3}]', ' \n{"id":1}\n \n{"id":2}\n  {"id":3} ');
  becomes('\uFEFF{"id":1}\n', '   {"id":1}\n');
  becomes('{"id":1}\n\uFEFF{"id":2}', '{"id":1}\n\uFEFF{"id":2}');
});

test("CanonicalJson lowers names of columns and fields, and leaves data alone", () => {
  becomes('{"ID":"ID"}', '{"id":"ID"}');
  becomes('{"Tags":{"Key":{"X":1}}}', '{"tags":{"Key":{"x":1}}}');
  becomes('{"Rows":[{"Name":"A"},{"NAME":"B"}]}', '{"rows":[{"name":"A"},{"name":"B"}]}');
  becomes('{"Raw":{"Key":1},"Other":{"Key":1}}', '{"raw":{"Key":1},"other":{"Key":1}}');
});

test("CanonicalJson knows quotes and brackets inside texts", () => {
  becomes('{"raw":"}{\\"A\\\\"}{"ID":1}', '{"raw":"}{\\"A\\\\"}\n{"id":1}');
  becomes('{"raw":"a, {B}"}', '{"raw":"a, {B}"}');
});

test("CanonicalJson lets through what is no JSON", () => {
  becomes("nonsense\n]]}\n", "nonsense\n]]}\n");
});
