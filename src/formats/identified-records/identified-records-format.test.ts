import assert from "node:assert/strict";
import { test } from "node:test";
import { type IdentifiedRecord, type RecordIdentities, readIdentifiedRecords } from "../../model/identified-records.ts";
import { packRecords } from "../../model/records.ts";
import { identifiedRecordsFormat } from "./identified-records-format.ts";

interface Call {
  readonly texts: readonly string[];
  readonly arrivalsMs: number | readonly number[];
  readonly identities: RecordIdentities;
}

async function roundTrip(calls: readonly Call[]): Promise<IdentifiedRecord[]> {
  const chunks: Buffer[] = [];
  const encoder = identifiedRecordsFormat.open({
    options: {},
    compression: { type: "none" },
    seed: "",
    sink: { write: async (some) => void chunks.push(Buffer.concat(some)) },
    scratch: { path: () => Promise.reject(new Error("needs no file")) },
  });
  for (const { texts, arrivalsMs, identities } of calls) {
    encoder.add(packRecords(texts.map((text) => Buffer.from(text))), arrivalsMs, identities);
    await encoder.drain();
  }
  await encoder.finish();
  const bytes = Buffer.concat(chunks);
  assert.equal(encoder.encodedBytes, bytes.length);
  const found: IdentifiedRecord[] = [];
  const read = async (start: number, length: number) => bytes.subarray(start, start + length);
  for await (const records of readIdentifiedRecords({ bytes: bytes.length, read })) found.push(...records);
  return found;
}

test("records come back with place, offset, piece and arrival", async () => {
  const found = await roundTrip([
    { texts: ["a", "", "c"], arrivalsMs: 5, identities: { offsets: { first: 10 } } },
    { texts: ["d", "e"], arrivalsMs: [6, 7.5], identities: { offsets: { each: [2 ** 40, 2 ** 53 - 1] } } },
  ]);
  assert.deepEqual(
    found.map(({ bytes, ...rest }) => ({ ...rest, text: bytes.toString() })),
    [
      { index: 0, piece: 0, offset: 10, arrivalMs: 5, text: "a" },
      { index: 1, piece: 0, offset: 11, arrivalMs: 5, text: "" },
      { index: 2, piece: 0, offset: 12, arrivalMs: 5, text: "c" },
      { index: 3, piece: 0, offset: 2 ** 40, arrivalMs: 6, text: "d" },
      { index: 4, piece: 0, offset: 2 ** 53 - 1, arrivalMs: 7.5, text: "e" },
    ],
  );
});

test("what one record became is counted on, over calls too", async () => {
  const found = await roundTrip([
    { texts: ["a", "b"], arrivalsMs: 1, identities: { offsets: { each: [4, 4] } } },
    { texts: ["c", "d"], arrivalsMs: 1, identities: { offsets: { each: [4, 5] } } },
  ]);
  assert.deepEqual(
    found.map(({ offset, piece }) => [offset, piece]),
    [
      [4, 0],
      [4, 1],
      [4, 2],
      [5, 0],
    ],
  );
});

test("redriven records are who they were, of another stream too", async () => {
  const uid = "0123456789abcdef0123456789abcdef";
  const identities = [
    { offset: 3, piece: 2 },
    { offset: 3, piece: 7, streamUid: uid },
    { offset: 3, piece: 2 },
  ];
  const found = await roundTrip([
    { texts: ["a", "b", "c"], arrivalsMs: 1, identities: { offsets: { first: 100 }, identities } },
  ]);
  assert.deepEqual(
    found.map(({ offset, piece, streamUid }) => [offset, piece, streamUid]),
    [
      [3, 2, undefined],
      [3, 7, uid],
      [3, 2, undefined],
    ],
  );
});

test("records of any size come back, beyond one read too", async () => {
  const texts = [3_000_000, 1, 1024 * 1024, 0, 1024 * 1024 - 25, 700_000].map((size, at) => String(at).repeat(size));
  const found = await roundTrip([{ texts, arrivalsMs: 1, identities: { offsets: { first: 0 } } }]);
  assert.deepEqual(
    found.map(({ bytes }) => bytes.length),
    texts.map((text) => text.length),
  );
  assert.ok(found.every(({ bytes }, at) => bytes.toString() === texts[at]));
});

test("a file that ends within a record is an error", async () => {
  const read = async (start: number, length: number) => Buffer.alloc(60).subarray(start, start + length);
  await assert.rejects(async () => {
    for await (const _ of readIdentifiedRecords({ bytes: 60, read }));
  }, /ends within its record 2/);
});
