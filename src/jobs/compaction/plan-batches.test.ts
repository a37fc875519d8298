import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type BatchLimits, GROWTH_MIN, LARGE_SHARE, planBatches, type SizedFile } from "./plan-batches.ts";

const LIMITS: BatchLimits = { targetBytes: 1000, filesMin: 3, filesMax: 50, inputBytesMax: 4000, outputRatio: 1 };

const filesOf = (...sizes: readonly number[]): SizedFile[] =>
  sizes.map((bytes, index) => ({ key: `f-${String(index).padStart(6, "0")}`, bytes }));

const sizesOf = (batches: readonly (readonly SizedFile[])[]) => batches.map((batch) => batch.map(({ bytes }) => bytes));

test("planBatches() fills files up to the target, in the order of names", () => {
  const files = filesOf(400, 300, 200, 300, 300, 10);
  assert.deepEqual(sizesOf(planBatches([...files].reverse(), LIMITS)), [
    [400, 300, 200],
    [300, 300, 10],
  ]);
});

test("planBatches() leaves large files, and too few small ones, alone", () => {
  assert.deepEqual(planBatches(filesOf(750, 5000, 10, 10), LIMITS), []);
  assert.deepEqual(sizesOf(planBatches(filesOf(750, 10, 5000, 10, 10), LIMITS)), [[10, 10, 10]]);
});

test("planBatches() does not rewrite a file for the sake of crumbs", () => {
  assert.deepEqual(sizesOf(planBatches(filesOf(700, 10, 10, 10), LIMITS)), [[10, 10, 10]]);
  assert.deepEqual(sizesOf(planBatches(filesOf(60, 10, 10, 10), LIMITS)), [[60, 10, 10, 10]]);
  assert.deepEqual(sizesOf(planBatches(filesOf(61, 10, 10, 10), LIMITS)), [[10, 10, 10]]);
});

test("planBatches() takes the ratio of what comes out into account", () => {
  assert.deepEqual(sizesOf(planBatches(filesOf(900, 900, 900), { ...LIMITS, outputRatio: 0.25 })), [[900, 900, 900]]);
});

const anyFiles = fc.array(fc.integer({ min: 1, max: 1500 }), { maxLength: 200 }).map((sizes) => filesOf(...sizes));

test("planBatches() takes each file once at most, in order, within all limits", () => {
  fc.assert(
    fc.property(anyFiles, (files) => {
      const batches = planBatches(files, LIMITS);
      const taken = batches.flat().map(({ key }) => key);
      assert.deepEqual(taken, [...new Set(taken)]);
      assert.deepEqual(taken, [...taken].sort());
      for (const batch of batches) {
        const bytes = batch.reduce((sum, file) => sum + file.bytes, 0);
        assert.ok(batch.length >= 2 && batch.length <= LIMITS.filesMax);
        assert.ok(bytes <= LIMITS.targetBytes);
        for (const file of batch) {
          assert.ok(file.bytes < LARGE_SHARE * LIMITS.targetBytes);
          assert.ok(file.bytes * GROWTH_MIN <= bytes, "each byte moves into a larger file");
        }
      }
    }),
  );
});

test("planBatches() comes to rest when its batches have become files", () => {
  fc.assert(
    fc.property(anyFiles, (start) => {
      let files: readonly SizedFile[] = start;
      for (let round = 0; ; round++) {
        assert.ok(round < 20, "a file grows by half each round, and the target is less than 1.5^19");
        const batches = planBatches(files, LIMITS);
        if (batches.length === 0) return;
        const gone = new Set(batches.flat());
        const made = batches.map((batch) => ({
          key: batch[0]?.key ?? "",
          bytes: batch.reduce((sum, file) => sum + file.bytes, 0),
        }));
        files = [...files.filter((file) => !gone.has(file)), ...made];
      }
    }),
  );
});
