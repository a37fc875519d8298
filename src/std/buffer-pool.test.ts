import assert from "node:assert/strict";
import { test } from "node:test";
import { BufferPool } from "./buffer-pool.ts";

test("a pool gives the memory back that was given back last, in the length that is asked for", () => {
  const pool = new BufferPool(1024 * 1024);
  const first = pool.take(100_000);
  assert.equal(first.length, 100_000);
  pool.giveBack(first);
  const second = pool.take(99_000);
  assert.equal(second.length, 99_000);
  assert.equal(second.buffer, first.buffer);
  assert.notEqual(pool.take(99_000).buffer, first.buffer);
});

test("a pool keeps no more than it may, and nothing that it would not give", () => {
  const pool = new BufferPool(300_000);
  const [first, second] = [pool.take(200_000), pool.take(200_000)];
  pool.giveBack(first);
  pool.giveBack(second);
  assert.equal(pool.take(200_000).buffer, first.buffer);
  assert.notEqual(pool.take(200_000).buffer, second.buffer);
});

test("a pool takes back only what it gave, and never memory that others share", () => {
  const pool = new BufferPool(1024 * 1024);
  const foreign = Buffer.alloc(65_536);
  pool.giveBack(foreign);
  assert.notEqual(pool.take(65_536).buffer, foreign.buffer);
  const small = pool.take(100);
  pool.giveBack(small);
  assert.ok(small.fill(1).equals(Buffer.alloc(100, 1)));
  const other = pool.take(100).fill(2);
  assert.ok(small.equals(Buffer.alloc(100, 1)) && other.equals(Buffer.alloc(100, 2)));
});
