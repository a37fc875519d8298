import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { readParquet } from "../../../test/fakes/parquet.ts";
import { temporaryScratch } from "../../../test/fakes/scratch.ts";
import { LakehoseError } from "../../model/errors.ts";
import { packRecords } from "../../model/records.ts";
import { parseHiveType } from "../../model/schema/hive-type.ts";
import type { EncodeReject, Scratch } from "../format.ts";
import { GatheringEncoder } from "../gathering-encoder.ts";
import { type CopyOrder, copyStatement, copyThreads } from "./copy-statement.ts";
import { DuckdbFailure, runDuckdb } from "./duckdb.ts";
import { ParquetWriter } from "./parquet-writer.ts";
import { readFileChunks } from "./spill.ts";

/**
 * Goal: whatever DuckDB says, records are in the object or in the report, or the object is made again later; never is
 * there one that cannot be made. Method: a copy that fails as asked for, around the real one.
 */

const scratch = temporaryScratch();
const schema = {
  columns: Object.entries({ n: "bigint", text: "string", raw: "binary", at: "timestamp" }).map(([name, type]) => ({
    name,
    type: parseHiveType(type),
  })),
};

const dataFailure = () => new DuckdbFailure(new Error("Invalid Input Error: line of the test\nand more of it"));

/** Records of every kind of original, by turns: as their lines, with other white space around, read anew, several rows, rejected. */
function recordOf(index: number): Buffer {
  const row = (text: string) => `{"n":${index},"text":"${text}","at":${1_700_000_000 + index}}`;
  const kinds = [
    row("alone"),
    `${row("line")}\n`,
    `  ${row("blanks")} \r\n\n`,
    `{"n":"${index}","text":"quoted","raw":"AAEC","at":"2026-03-01T00:00:00.5Z"}`,
    `${row("first")} ${row("second")}\n`,
    `{"n":"none"}`,
  ];
  return Buffer.from(kinds[index % kinds.length] ?? "");
}

const records = Array.from({ length: 3000 }, (_, index) => recordOf(index));
const isRejected = (index: number) => index % 6 === 5;

test("lines that DuckDB refuses on the fast road alone cost no record", async () => {
  const plain = await encode(realCopy, records);
  const asked: string[] = [];
  const careful = await encode(async (order) => {
    asked.push(order.linesPath);
    if (order.linesPath.endsWith("-lines.ndjson")) throw dataFailure();
    await realCopy(order);
  }, records);
  assert.equal(asked.length, 2);
  assert.deepEqual(await readParquet(careful.object), await readParquet(plain.object));
  assert.deepEqual(careful.rejects, plain.rejects);
  assert.deepEqual(readdirSync(scratch.directory), []);
});

test("records whose lines DuckDB refuses for good are rejected as they came, and all others land", async () => {
  const poison = new Set([0, 1, 2, 3, 4, 1500, 1501, 1502, 1503, 1504, 2998]);
  const plain = await encode(realCopy, records);
  const { object, rejects } = await encode(async (order) => {
    const lines = (await readFile(order.linesPath, "utf8")).split("\n").filter((line) => line !== "");
    if (lines.some((line) => poison.has(Number(JSON.parse(line).n)))) throw dataFailure();
    await realCopy(order);
  }, records);
  const expected = records.flatMap((bytes, index) =>
    isRejected(index) || poison.has(index) ? [{ index, bytes }] : [],
  );
  assert.deepEqual(
    rejects.map(({ index, bytes }) => ({ index, bytes })),
    expected,
  );
  const late = rejects.find(({ index }) => index === 1504);
  assert.equal(late?.code, "DataFormatConversion.MalformedData");
  assert.equal(late?.message, "The record cannot be written as Parquet. Invalid Input Error: line of the test");
  const rows = await readParquet(plain.object);
  assert.deepEqual(
    await readParquet(object),
    rows.filter(({ n }) => !poison.has(Number(n))),
  );
  assert.deepEqual(readdirSync(scratch.directory), []);
});

test("a schema that DuckDB refuses without a single row is no fault of the records", async () => {
  const failing = encode(() => Promise.reject(dataFailure()), records.slice(0, 20));
  await assert.rejects(failing, { code: "schema-refused", retriable: false });
});

test("what is taken in parts and not as a whole is tried again", async () => {
  const failing = encode(async (order) => {
    const bytes = (await readFile(order.linesPath)).length;
    if (bytes > 100_000) throw dataFailure();
    await realCopy(order);
  }, records);
  await assert.rejects(failing, { code: "encoder-refused", retriable: true });
});

test("a full disk and a lack of memory are for later, and leave nothing behind", async () => {
  const shortages = [
    "IO Error: Could not write file: No space left on device",
    "Out of Memory Error: failed to allocate data of size 512.0 MiB (700.0 MiB/768.0 MiB used)",
  ];
  for (const message of shortages) {
    const failing = encode(() => Promise.reject(new DuckdbFailure(new Error(message))), records.slice(0, 20));
    await assert.rejects(failing, (error) => {
      assert.ok(error instanceof LakehoseError && error.retriable, String(error));
      assert.match(error.message, new RegExp(message.slice(0, 12)));
      return true;
    });
    assert.deepEqual(readdirSync(scratch.directory), []);
  }
});

test("a full disk on the careful road rejects no record", async () => {
  let calls = 0;
  const failing = encode(
    () => {
      const failure = ++calls < 4 ? dataFailure() : new DuckdbFailure(new Error("IO Error: No space left on device"));
      return calls === 3 ? Promise.resolve() : Promise.reject(failure);
    },
    records.slice(0, 20),
  );
  await assert.rejects(failing, { code: "encoder-short", retriable: true });
});

test("what does not fit into memory is tried once more in smaller row groups", async () => {
  const sparing: (boolean | undefined)[] = [];
  const { object } = await encode(async (order) => {
    sparing.push(order.sparing);
    if (order.sparing !== true) throw new DuckdbFailure(new Error("Out of Memory Error: too much"));
    await realCopy(order);
  }, records);
  assert.deepEqual(sparing, [undefined, true]);
  assert.equal((await readParquet(object)).length, 3000);
});

test("a drain that finds no room does not fail: the end says so", async () => {
  const absent: Scratch = { path: async (name) => join(scratch.directory, "absent", name) };
  const encoder = encoderWith(realCopy, async () => undefined, absent);
  for (let round = 0; round < 2; round++) {
    encoder.add(packRecords(records.slice(0, 20)));
    await encoder.drain();
  }
  await assert.rejects(() => encoder.finish(), { code: "encoder-short", retriable: true });
});

function realCopy(order: CopyOrder): Promise<void> {
  return runDuckdb(copyStatement(order), { columns: order.columns.length, threads: copyThreads(order) });
}

function encoderWith(
  copy: (order: CopyOrder) => Promise<void>,
  write: (chunks: readonly Buffer[]) => Promise<void>,
  room: Scratch = scratch,
): GatheringEncoder {
  const json = { convertDots: false, caseInsensitive: true, columnToKey: {}, engine: "openx" } as const;
  const layout = { compression: "snappy", dictionary: true } as const;
  const writer = new ParquetWriter({ schema, json, layout, scratch: room, copy, objectChunks: readFileChunks });
  return new GatheringEncoder(writer, { write });
}

async function encode(copy: (order: CopyOrder) => Promise<void>, all: readonly Buffer[]) {
  const chunks: Buffer[] = [];
  const encoder = encoderWith(copy, async (more) => void chunks.push(Buffer.concat(more)));
  for (let at = 0; at < all.length; at += 700) {
    encoder.add(packRecords(all.slice(at, at + 700)));
    await encoder.drain();
  }
  const { rejects }: { rejects: readonly EncodeReject[] } = await encoder.finish();
  return { object: Buffer.concat(chunks), rejects };
}
