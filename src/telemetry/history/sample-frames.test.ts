import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeFrames, encodeFrame } from "./sample-frames.ts";
import type { Statistics } from "./statistics.ts";

/** Nothing that is measured tells zero from minus zero. */
const number = fc
  .oneof(fc.nat(), fc.double({ noNaN: true }), fc.constantFrom(0, -0.5, 2 ** 52, 2 ** 53, 1e300, -1))
  .map((value) => value + 0);
const count = fc.integer({ min: 2, max: 1e6 });
const statistics = fc.record({ sum: number, count, min: number, max: number }, { noNullPrototype: true });
const frames = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 30_000_000 }), fc.dictionary(fc.string(), statistics, { maxKeys: 5 })),
  { maxLength: 5 },
);

type Sample = readonly [number, string, Statistics];

function decode(bytes: Buffer) {
  const samples: Sample[] = [];
  const file = decodeFrames(bytes, (at, key, values) => samples.push([at, key, values]));
  return { ...file, samples };
}

function encode(list: readonly (readonly [number, Readonly<Record<string, Statistics>>])[]) {
  const known = new Map<string, number>();
  return list.map(([minute, samples]) => encodeFrame(minute * 60_000, new Map(Object.entries(samples)), known));
}

test("encodeFrame and decodeFrames agree on any numbers and any names", () => {
  fc.assert(
    fc.property(frames, (list) => {
      const bytes = Buffer.concat(encode(list));
      const expected = list.flatMap(([minute, samples]) =>
        Object.entries(samples).map(([key, values]) => [minute * 60_000, key, values]),
      );
      const { samples, soundBytes } = decode(bytes);
      assert.deepEqual([samples, soundBytes], [expected, bytes.length]);
    }),
  );
});

test("decodeFrames gives back a single value as its own minimum and maximum", () => {
  const [bytes = Buffer.alloc(0)] = encode([[1, { a: { sum: 7, count: 1, min: 7, max: 7 } }]]);
  assert.deepEqual(decode(bytes).samples, [[60_000, "a", { sum: 7, count: 1, min: 7, max: 7 }]]);
});

test("decodeFrames stops before a frame that is torn at any byte, or in which any byte is another", () => {
  const one = { a: { sum: 7, count: 1, min: 7, max: 7 } };
  const two = { a: { sum: 1.5, count: 2, min: 0, max: 1.5 }, b: { sum: 9, count: 1, min: 9, max: 9 } };
  const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = encode([
    [1, one],
    [2, two],
  ]);
  const whole = Buffer.concat([first, second]);
  for (let bytes = first.length; bytes < whole.length; bytes++) {
    const torn = decode(whole.subarray(0, bytes));
    assert.deepEqual([torn.samples.length, torn.soundBytes], [1, first.length]);
    const damaged = Buffer.from(whole);
    damaged[bytes] = (damaged[bytes] ?? 0) ^ 0x55;
    assert.equal(decode(damaged).soundBytes, first.length, `byte ${bytes}`);
  }
  assert.equal(decode(Buffer.concat([first, Buffer.alloc(64)])).soundBytes, first.length, "zeros are no frame");
});
