import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesOf, messagesOf, numberOf, readProtobuf } from "../../../test/readers/protobuf.ts";
import { ColumnStatistics, statisticsKindOf } from "./column-statistics.ts";
import { compareText } from "./compare-text.ts";

const textStatistics = () => new ColumnStatistics(statisticsKindOf({ kind: "string" }));

test("texts are compared as UTF-8 bytes are", () => {
  const texts = ["", "a", "ab", "b", "ä", "\ud7ff", "\ue000", "\uffff", "🌊", "🌊a"];
  const sorted = [...texts].reverse().sort(compareText);
  assert.deepEqual(sorted, texts);
  const byBytes = [...texts].sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
  assert.deepEqual(sorted, byBytes);
});

test("statistics merge to those of all values", () => {
  const [first, second] = [textStatistics(), textStatistics()];
  for (const text of ["m", "b"]) first.see(text);
  for (const text of ["z", "ä"]) second.see(text);
  second.hasNull = true;
  first.merge(textStatistics());
  first.merge(second);
  const message = readProtobuf(first.toMessage().finish());
  assert.deepEqual([numberOf(message, 1), numberOf(message, 10)], [4, 1]);
  const [texts = new Map()] = messagesOf(message, 4);
  assert.deepEqual([bytesOf(texts, 1).join(), bytesOf(texts, 2).join(), numberOf(texts, 3)], ["b", "ä", 10]);
});

test("statistics say nothing of a kind where they cannot say it exactly", () => {
  const texts = textStatistics();
  texts.see("a");
  texts.see("x".repeat(1025));
  texts.see("b");
  assert.deepEqual(messagesOf(readProtobuf(texts.toMessage().finish()), 4), []);
  const doubles = new ColumnStatistics(statisticsKindOf({ kind: "double" }));
  for (const value of [1, Number.NaN, 2]) doubles.see(value);
  const merged = new ColumnStatistics(statisticsKindOf({ kind: "double" }));
  merged.see(0);
  merged.merge(doubles);
  const message = readProtobuf(merged.toMessage().finish());
  assert.equal(numberOf(message, 1), 4);
  assert.deepEqual(messagesOf(message, 3), []);
});

test("sums of whole numbers are left out where they are too large to be exact", () => {
  const numbers = new ColumnStatistics(statisticsKindOf({ kind: "bigint" }));
  numbers.see(9_007_199_254_740_991);
  numbers.see(9_223_372_036_854_775_807n);
  const [message = new Map()] = messagesOf(readProtobuf(numbers.toMessage().finish()), 2);
  assert.deepEqual([message.has(1), message.get(2)?.[0], message.has(3)], [true, 2n ** 64n - 2n, false]);
});
