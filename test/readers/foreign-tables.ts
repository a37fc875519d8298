import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Column } from "../../src/model/schema/column-type.ts";
import { parseHiveType } from "../../src/model/schema/hive-type.ts";

/** The columns of the files of `test/fixtures/tables`, which other programs wrote. */
export const foreignColumns: readonly Column[] = Object.entries({
  flag: "boolean",
  tiny: "tinyint",
  steps: "int",
  same: "smallint",
  mixed: "bigint",
  outliers: "bigint",
  wide: "bigint",
  single: "float",
  double: "double",
  price: "decimal(10,2)",
  huge: "decimal(38,10)",
  text: "string",
  city: "string",
  raw: "binary",
  at: "timestamp",
  day: "date",
  tags: "array<string>",
  counts: "map<string,bigint>",
  place: "struct<zip:int,names:array<string>>",
  empty: "string",
}).map(([name, type]) => ({ name, type: parseHiveType(type) }));

export function foreignTable(name: string): Buffer {
  return readFileSync(new URL(`../fixtures/tables/${name}`, import.meta.url));
}

/** Rows as values, whole numbers as texts with all their digits. */
export function rowsIn(lines: string): unknown[] {
  return lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line, withDigits));
}

export function foreignRows(): unknown[] {
  return rowsIn(gunzipSync(foreignTable("rows.jsonl.gz")).toString("utf8"));
}

/** The runtime tells the source of a number. */
function withDigits(_name: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== "number" || !Number.isInteger(value)) return value;
  const source = context?.source ?? "";
  return BigInt(/^-?\d+$/.test(source) ? source : value);
}

export async function textOf(chunks: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts).toString("utf8");
}

export async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
