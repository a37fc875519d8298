import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { formatConformance } from "../../../test/conformance/format.ts";
import { readParquet } from "../../../test/fakes/parquet.ts";
import { temporaryScratch } from "../../../test/fakes/scratch.ts";
import { packRecords } from "../../model/records.ts";
import type { JsonObject } from "../../std/json.ts";
import { parquetFormat } from "./parquet-format.ts";

const scratch = temporaryScratch();
const schema = {
  columns: [
    { name: "n", type: "bigint" },
    { name: "at", type: "timestamp" },
    { name: "text", type: "string" },
    { name: "tags", type: "array<string>" },
    { name: "place", type: "struct<x:double,y:double>" },
  ],
};

const VARIANTS = [
  ...["snappy", "gzip", "zstd", "none"].map((compression) => ({ compression })),
  { compression: "snappy", timestamps: "int96" },
];

for (const variant of VARIANTS) {
  formatConformance({
    format: parquetFormat,
    options: { schema, ...variant },
    compressions: ["none"],
    scratch,
    record: recordOf,
    badRecord: Buffer.from('{"n":"many"}'),
    read: async (object) => {
      const rows = await readParquet(object);
      return rows.map((row) =>
        Buffer.from(JSON.stringify(row, (_, value) => (typeof value === "bigint" ? Number(value) : value))),
      );
    },
  });
}

function recordOf(index: number): Buffer {
  const text = "é".repeat([3, 100, 70_000, 0, 600_000][index % 5] ?? 0);
  const at = new Date(1_700_000_000_000 + index * 100_000).toISOString();
  return Buffer.from(JSON.stringify({ n: index, at, text, tags: ["a", `${index}`], place: { x: index / 2, y: 0.1 } }));
}

test("files of the scratch folder are gone after an object is finished, and after one that failed", async () => {
  await encode({ schema }, [recordOf(1)]);
  const failing = parquetFormat.open({
    options: { schema },
    compression: { type: "none" },
    seed: "",
    sink: { write: () => Promise.reject(new Error("no room")) },
    scratch,
  });
  failing.add(packRecords([recordOf(1)]));
  await assert.rejects(() => failing.finish(), /no room/);
  assert.deepEqual(readdirSync(scratch.directory), []);
});

async function encode(options: JsonObject, records: readonly Buffer[]): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const sink = { write: async (more: readonly Buffer[]) => void chunks.push(Buffer.concat(more)) };
  const encoder = parquetFormat.open({ options, compression: { type: "none" }, seed: "", sink, scratch });
  encoder.add(packRecords(records));
  await encoder.finish();
  return Buffer.concat(chunks);
}
