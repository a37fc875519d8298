import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MinHeap } from "./min-heap.ts";

const numbers = () => new MinHeap<number>((one, other) => one < other);

test("MinHeap gives what it was given from small to large", () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), (items) => {
      const heap = numbers();
      for (const item of items) heap.push(item);
      assert.equal(heap.size, items.length);
      const taken: number[] = [];
      while (heap.size > 0) {
        const smallest = heap.peek();
        assert.equal(heap.pop(), smallest);
        taken.push(smallest as number);
      }
      assert.deepEqual(
        taken,
        items.toSorted((a, b) => a - b),
      );
    }),
  );
  assert.equal(numbers().pop(), undefined);
});

test("MinHeap finds the smallest again after the first item has grown", () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.nat(100), { minLength: 1 })), (sequences) => {
      const sorted = sequences.map((sequence) => sequence.toSorted((a, b) => a - b));
      const heap = new MinHeap<number[]>((one, other) => (one[0] as number) < (other[0] as number));
      for (const sequence of sorted) heap.push([...sequence]);
      const merged: number[] = [];
      for (let first = heap.peek(); first !== undefined; first = heap.peek()) {
        merged.push(first.shift() as number);
        if (first.length > 0) heap.settleFirst();
        else {
          first.push(-1);
          heap.settleFirst();
          heap.pop();
        }
      }
      assert.deepEqual(
        merged,
        sorted.flat().toSorted((a, b) => a - b),
      );
    }),
  );
});
