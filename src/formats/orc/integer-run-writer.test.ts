import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeBits, decodeBytes, decodeIntegers } from "../../../test/readers/orc-runs.ts";
import { BooleanRunWriter } from "./boolean-run-writer.ts";
import { ByteRunWriter } from "./byte-run-writer.ts";
import { IntegerRunWriter } from "./integer-run-writer.ts";
import { StreamBuffer } from "./stream-buffer.ts";

const stream = () => new StreamBuffer(undefined, { bytes: 0 });

function integers(values: readonly (number | bigint)[], signed: boolean): Buffer {
  const writer = new IntegerRunWriter(stream(), { signed });
  for (const value of values) writer.write(value);
  writer.flush();
  return writer.stream.chunks[0] ?? Buffer.alloc(0);
}

test("integer runs have the bytes of ORC's specification", () => {
  const hex = (values: readonly number[], signed = false) => integers(values, signed).toString("hex");
  // Its own examples: short repeat, direct, and delta with deltas of 4 bits.
  assert.equal(hex([10000, 10000, 10000, 10000, 10000]), "0a2710");
  assert.equal(hex([23713, 43806, 57005, 48879]), "5e035ca1ab1edeadbeef");
  assert.equal(hex([2, 3, 5, 7, 11, 13, 17, 19, 23, 29]), "c609020222424246");
  assert.equal(hex(Array.from({ length: 512 }, (_, index) => index)), "c1ff0002");
});

test("integer runs give back every value, whatever stands beside what", () => {
  const value = fc.oneof(
    fc.integer({ min: -3, max: 3 }),
    fc.maxSafeInteger(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.constantFrom(2 ** 51, -(2 ** 51), 2 ** 51 - 1, 1 - 2 ** 51, 127, 128, -128, -129, 65_535, 65_536),
  );
  const run = fc.oneof(
    fc.tuple(value, fc.nat(30)).map(([one, count]) => Array.from({ length: count }, () => one)),
    fc
      .tuple(fc.integer(), fc.integer({ min: -500, max: 500 }), fc.nat(700))
      .map(([from, step, count]) => Array.from({ length: count }, (_, index) => from + step * index)),
    fc
      .tuple(fc.maxSafeInteger(), fc.array(fc.nat(5000), { maxLength: 600 }))
      .map(([from, steps]) =>
        steps.map((_, index) => Math.trunc(from / 4) + steps.slice(0, index).reduce((sum, step) => sum + step, 0)),
      ),
    fc.array(value, { maxLength: 20 }),
  );
  const property = fc.property(fc.array(run, { maxLength: 6 }), (runs) => {
    const values = runs.flat();
    assert.deepEqual(decodeIntegers(integers(values, true), true), values.map(BigInt));
    const sizes = values.map((one) => (one < 0 ? -one : one)).filter((one) => one < 2n ** 63n);
    assert.deepEqual(decodeIntegers(integers(sizes, false), false), sizes.map(BigInt));
  });
  fc.assert(property, { numRuns: 150, seed: 4 });
});

test("byte and boolean runs give back every value", () => {
  const property = fc.property(
    fc.array(fc.tuple(fc.integer({ min: 0, max: 255 }), fc.oneof(fc.nat(4), fc.nat(300)))),
    (runs) => {
      const bytes = runs.flatMap(([byte, count]) => Array.from({ length: count }, () => byte));
      const writer = new ByteRunWriter(stream());
      for (const byte of bytes) writer.write(byte);
      writer.flush();
      assert.deepEqual(decodeBytes(writer.stream.chunks[0] ?? Buffer.alloc(0)), bytes);
      const bits = new BooleanRunWriter(stream());
      for (const byte of bytes) bits.write(byte % 3 === 0);
      bits.flush();
      const decoded = decodeBits(bits.stream.chunks[0] ?? Buffer.alloc(0)).slice(0, bytes.length);
      assert.deepEqual(
        decoded,
        bytes.map((byte) => byte % 3 === 0),
      );
    },
  );
  fc.assert(property, { numRuns: 100, seed: 5 });
});
