import assert from "node:assert/strict";
import { test } from "node:test";
import { IntegerRunsV2 } from "./integer-runs-v2.ts";
import { type IntegerRuns, IntegerRunsV1 } from "./run-readers.ts";
import { StreamBytes } from "./stream-bytes.ts";

type Runs = new (stream: StreamBytes, signed: boolean) => IntegerRuns;

function decode(Reader: Runs, hex: string, count: number, signed = false): readonly (number | bigint)[] {
  const stream = new StreamBytes(Buffer.from(hex.replaceAll(" ", ""), "hex"), { compression: 0, chunkBytes: 0 });
  const runs = new Reader(stream, signed);
  const values = Array.from({ length: count }, () => runs.next());
  assert.throws(() => stream.byte(), /its end/, "all bytes are used");
  return values;
}

test("IntegerRunsV1 reads the examples of ORC's specification", () => {
  assert.deepEqual(decode(IntegerRunsV1, "61 00 07", 100), new Array(100).fill(7));
  assert.deepEqual(
    decode(IntegerRunsV1, "61 ff 64", 100),
    Array.from({ length: 100 }, (_, index) => 100 - index),
  );
  assert.deepEqual(decode(IntegerRunsV1, "fb 02 03 06 07 0b", 5), [2, 3, 6, 7, 11]);
});

test("IntegerRunsV2 reads the examples of ORC's specification", () => {
  assert.deepEqual(decode(IntegerRunsV2, "0a 27 10", 5), new Array(5).fill(10_000));
  assert.deepEqual(decode(IntegerRunsV2, "5e 03 5c a1 ab 1e de ad be ef", 4), [23_713, 43_806, 57_005, 48_879]);
  assert.deepEqual(decode(IntegerRunsV2, "c6 09 02 02 22 42 42 46", 10), [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]);
  const patched = "8e 13 2b 21 07 d0 1e 00 14 70 28 32 3c 46 50 5a 64 6e 78 82 8c 96 a0 aa b4 be fc e8";
  const expected = Array.from({ length: 20 }, (_, index) => 2000 + index * 10);
  expected.splice(0, 4, 2030, 2000, 2020, 1_000_000);
  assert.deepEqual(decode(IntegerRunsV2, patched, 20), expected);
});

test("IntegerRunsV2 keeps all digits of 64 bits, and refuses patches beyond its values", () => {
  const least = "7e 00 ff ff ff ff ff ff ff ff";
  assert.deepEqual(decode(IntegerRunsV2, least, 1, true), [-(2n ** 63n)]);
  assert.deepEqual(decode(IntegerRunsV2, "7e 00 ff ff ff ff ff ff ff fe", 1, true), [2n ** 63n - 1n]);
  assert.throws(() => decode(IntegerRunsV2, "8e 00 2b 21 07 d0 00 fc e8", 1), /patches of 1 values/);
});
