import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { recordAt, recordCount } from "../../model/records.ts";
import type { RecordShape } from "./file-flow.ts";
import { type FileBatch, GatheredRecords } from "./gathered-records.ts";
import { RecordCutter } from "./record-cutter.ts";

const PLAIN: RecordShape = {
  skipHeaderLines: 0,
  recordBytesMax: 20,
  truncatedRecordTerminator: Buffer.from("\n"),
  aggregatedRecordBytes: 0,
};

interface Options {
  readonly shape?: Partial<RecordShape>;
  /** Places where the text is torn into pieces, as a reader meets it. */
  readonly pieces?: readonly number[];
  readonly limits?: { readonly records: number; readonly bytes: number };
  readonly eager?: boolean;
  readonly quiet?: boolean;
  readonly final?: boolean;
}

/** Cuts a text that grows, as the tailer does: what was not consumed comes again. */
function batchesOf(text: string, options: Options = {}): { records: string[]; from: number; to: number }[] {
  const shape = { ...PLAIN, ...options.shape };
  const { limits = { records: 100, bytes: 1000 }, eager = false, pieces = [], quiet = false, final = false } = options;
  const cutter = new RecordCutter(shape, { atStart: true });
  const gathered = new GatheredRecords(limits, shape.aggregatedRecordBytes, 0);
  const file = Buffer.from(text);
  const batches: { records: string[]; from: number; to: number }[] = [];
  const keep = ({ records, from, to }: FileBatch) => {
    const texts = Array.from({ length: recordCount(records) }, (_, index) => recordAt(records, index).toString());
    batches.push({ records: texts, from, to });
  };
  let at = 0;
  for (const length of [...pieces, file.length]) {
    const isLast = length === file.length;
    const cut = cutter.cut(file.subarray(at, length), at, { final: final && isLast, quiet: quiet && isLast });
    at += cut.consumed;
    for (const batch of gathered.take(cut, eager)) keep(batch);
  }
  const rest = gathered.flush();
  if (rest !== undefined) keep(rest);
  return batches;
}

const recordsOf = (text: string, options: Options = {}) => batchesOf(text, options).flatMap(({ records }) => records);

test("lines are records with their line feed; the last waits for its own", () => {
  assert.deepEqual(recordsOf("one\n\ntwo\r\nthr"), ["one\n", "\n", "two\r\n"]);
  assert.deepEqual(recordsOf("one\nthr", { final: true }), ["one\n", "thr"]);
});

test("a record that is too long is cut, ends with the terminator, and takes no others with it", () => {
  const long = "x".repeat(50);
  for (const pieces of [[], [10], [30], [30, 45], [51]]) {
    assert.deepEqual(recordsOf(`a\n${long}\nb\n`, { pieces }), ["a\n", `${"x".repeat(19)}\n`, "b\n"], String(pieces));
  }
  const terminated = recordsOf(`${long}\n`, { shape: { truncatedRecordTerminator: Buffer.from("…") } });
  assert.deepEqual(terminated, [`${"x".repeat(17)}…`]);
});

test("header lines are left out, also when they come in pieces", () => {
  for (const pieces of [[], [1], [3, 5]]) {
    assert.deepEqual(recordsOf("#1\n#2\na\n", { shape: { skipHeaderLines: 2 }, pieces }), ["a\n"]);
  }
});

test("multi-line records end where the next begins, or when nothing has followed", () => {
  const shape = { startPattern: /\[/y };
  const text = "[1] a\n  at x\n[2] b\n  at y\n  at";
  assert.deepEqual(recordsOf(text, { shape }), ["[1] a\n  at x\n"]);
  assert.deepEqual(recordsOf(text, { shape, quiet: true }), ["[1] a\n  at x\n", "[2] b\n  at y\n"]);
  assert.deepEqual(recordsOf("not at the start [\n[1]\n[2]\n", { shape }), ["not at the start [\n", "[1]\n"]);
});

test("what a conversion or a footer leaves out is settled all the same", () => {
  const convert = (record: Buffer) => (record[0] === 0x61 ? Buffer.from(record.toString().toUpperCase()) : undefined);
  const shape = { convert, footerPattern: /^(?:a-end)$/ };
  assert.deepEqual(batchesOf("b\na1\na-end\nb\n", { shape }), [{ records: ["A1\n"], from: 0, to: 13 }]);
});

test("records are joined up to a size", () => {
  assert.deepEqual(recordsOf("a\nb\nc\nlonger than\nd\n", { shape: { aggregatedRecordBytes: 4 } }), [
    "a\nb\n",
    "c\n",
    "longer than\n",
    "d\n",
  ]);
});

test("a batch is full at its records or bytes, and always takes one record", () => {
  const limits = { records: 2, bytes: 6 };
  for (const eager of [false, true]) {
    const batches = batchesOf("a\nb\nc\ndddddd\ne\n", { limits, eager });
    assert.deepEqual(
      batches.map(({ records, to }) => [records, to]),
      [
        [["a\n", "b\n"], 4],
        [["c\n"], 6],
        [["dddddd\n"], 13],
        [["e\n"], 15],
      ],
    );
  }
});

test("any text in any pieces: batches join without gaps, and a range that is cut again gives the same records", () => {
  const text = fc.array(fc.oneof(fc.constant("\n"), fc.string({ maxLength: 30 })), { maxLength: 30 });
  const places = fc.array(fc.nat(400), { maxLength: 6 });
  fc.assert(
    fc.property(text, places, fc.boolean(), fc.integer({ min: 1, max: 4 }), (parts, cuts, eager, records) => {
      const file = parts.join("");
      const bytes = Buffer.from(file);
      const pieces = cuts.filter((place) => place < bytes.length).sort((one, other) => one - other);
      const batches = batchesOf(file, { pieces, eager, limits: { records, bytes: 60 } });
      let at = 0;
      for (const { from, to, records: texts } of batches) {
        assert.equal(from, at);
        at = to;
        const again = recordsOf(bytes.subarray(from, to).toString(), { final: true });
        assert.deepEqual(texts, again);
      }
      assert.equal(at, bytes.lastIndexOf(10) + 1);
      assert.deepEqual(
        batches.flatMap((batch) => batch.records),
        recordsOf(file),
      );
    }),
    { numRuns: 300 },
  );
});
