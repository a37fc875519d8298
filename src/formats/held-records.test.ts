import assert from "node:assert/strict";
import { test } from "node:test";
import { packRecords, recordAt } from "../model/records.ts";
import { giveBackRecords, HeldRecords } from "./held-records.ts";

const MEBIBYTE = 1024 * 1024;

test("HeldRecords hands over every record in order, with its place and time, in portions of a block", () => {
  const held = new HeldRecords();
  const sizes = [0, 1, 300_000, 5 * MEBIBYTE, 0, 4 * MEBIBYTE, 70_000, 1];
  const seen: [index: number, bytes: number, first: number | undefined, arrivalMs: number | undefined][] = [];
  const expected: typeof seen = [];
  for (let round = 0; round < 3; round++) {
    for (let batch = 0; batch < 3; batch++) {
      const arrivalMs = round * 10 + batch;
      for (const size of sizes) expected.push([expected.length, size, size === 0 ? undefined : size % 251, arrivalMs]);
      held.hold(packRecords(sizes.map((size) => Buffer.alloc(size, size % 251))), arrivalMs);
    }
    const portions = held.take();
    assert.equal(held.bytes, 0);
    for (const taken of portions) {
      assert.ok(taken.bytes.length <= 256 * 1024 || new Set(taken.ends).size <= 2);
      for (const [place, arrivalMs] of taken.arrivalsMs.entries()) {
        const record = recordAt(taken, place);
        assert.ok(record.equals(Buffer.alloc(record.length, record.length % 251)));
        seen.push([taken.firstIndex + place, record.length, record[0], arrivalMs]);
      }
      assert.equal(taken.ends.at(-1), taken.bytes.length);
      giveBackRecords(taken);
    }
  }
  assert.deepEqual(seen, expected);
  assert.deepEqual(held.take(), []);
});

test("HeldRecords counts the index of records without bytes", () => {
  const held = new HeldRecords();
  held.hold(packRecords([Buffer.alloc(0), Buffer.alloc(0)]), 7);
  assert.equal(held.bytes, 32);
  assert.deepEqual([...(held.take()[0]?.ends ?? [])], [0, 0]);
});

test("HeldRecords joins the small blocks of many small batches", () => {
  const held = new HeldRecords();
  for (let batch = 0; batch < 100; batch++)
    held.hold(packRecords([Buffer.alloc(700, batch), Buffer.alloc(300, batch)]), 0);
  const [taken, ...others] = held.take();
  assert.ok(taken !== undefined && others.length === 0);
  assert.equal(taken.bytes.length, 100_000);
  for (let place = 0; place < 200; place++) assert.equal(recordAt(taken, place)[0], place >> 1);
});
