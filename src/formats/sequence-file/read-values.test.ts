import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeObject } from "../../../test/readers/encode-object.ts";
import { inPieces } from "../../../test/readers/foreign-tables.ts";
import { LakehoseError } from "../../model/errors.ts";
import { seededRandom } from "../../std/random.ts";
import { readSequenceValues } from "./read-values.ts";
import { sequenceFileFormat } from "./sequence-file-format.ts";

const RECORDS = Array.from({ length: 900 }, (_, index) => `record ${index} ${"ä".repeat((index * 37) % 400)}`);

async function write(value: string, type: "none" | "gzip" | "hadoop-snappy"): Promise<Buffer> {
  const batches = [RECORDS.slice(0, 500), RECORDS.slice(500)];
  const { object } = await encodeObject(sequenceFileFormat, batches, { options: { value }, compression: { type } });
  return object;
}

async function read(bytes: Buffer, size = 1 << 20): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const values of readSequenceValues(inPieces(bytes, size))) found.push(...values.map(String));
  return found;
}

test("readSequenceValues() finds the values of texts and bytes, by the record and by the block", async () => {
  for (const value of ["text", "bytes"]) {
    for (const type of ["none", "gzip", "hadoop-snappy"] as const) {
      const file = await write(value, type);
      for (const size of [1 << 20, 333]) assert.deepEqual(await read(file, size), RECORDS, `${value} ${type} ${size}`);
    }
  }
});

test("readSequenceValues() says what it cannot read, and ends, whatever the bytes are", {
  timeout: 60_000,
}, async () => {
  const random = seededRandom(3);
  const below = (bound: number) => Math.floor(random.fraction() * bound);
  const other = Buffer.from((await write("text", "none")).toString("latin1").replace("io.Text", "io.Txet"), "latin1");
  await assert.rejects(read(other), /expected values of Text or BytesWritable, got org.apache.hadoop.io.Txet/);
  let refused = 0;
  for (const type of ["none", "gzip", "hadoop-snappy"] as const) {
    const file = await write("text", type);
    for (let round = 0; round < 60; round++) {
      const hurt = Buffer.from(round % 4 === 0 ? file.subarray(0, below(file.length)) : file);
      for (let flips = 1 + below(8); flips > 0 && hurt.length > 0; flips--) hurt[below(hurt.length)] = below(256);
      const failure = await read(hurt).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (failure === undefined) continue;
      refused++;
      assert.ok(failure instanceof LakehoseError, String(failure));
    }
  }
  assert.ok(refused > 60, `${refused} refused`);
});
