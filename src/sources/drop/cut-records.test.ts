import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type CutOptions, cutRecords, type RecordRun, type TooLarge } from "./cut-records.ts";

async function* chunksOf(text: string, bytes: number): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.from(text);
  for (let at = 0; at < buffer.length; at += bytes) yield buffer.subarray(at, at + bytes);
}

async function cut(text: string, bytes: number, options: Partial<CutOptions> = {}) {
  const usual: CutOptions = { content: "lines", recordBytesMax: 10, from: 0 };
  const runs: (RecordRun | TooLarge)[] = [];
  for await (const run of cutRecords(chunksOf(text, bytes), { ...usual, ...options })) runs.push(run);
  return runs;
}

describe("records of a file", () => {
  it("are its lines, however its bytes come, with their places", async () => {
    const text = "é\r\n\n\r\nlonger\nend";
    for (let bytes = 1; bytes <= text.length + 1; bytes++) {
      const [run, ...more] = await cut(text, bytes, { from: 100 });
      assert.ok(run !== undefined && "records" in run);
      assert.deepEqual(run.records.map(String), ["é", "longer", "end"]);
      assert.deepEqual([run.starts, run.end, run.last, more.length], [[100, 107, 114], 117, true, 0]);
    }
  });

  it("come in several runs where they are many, each ending behind a line", async () => {
    const runs = await cut("line\n".repeat(25_000), 64 * 1024);
    const ends = runs.map((run) => ("records" in run ? [run.records.length, run.end, run.last] : []));
    assert.deepEqual(ends, [
      [10_000, 50_000, false],
      [10_000, 100_000, false],
      [5_000, 125_000, true],
    ]);
  });

  it("end with a last run also when there is nothing in it", async () => {
    assert.deepEqual(await cut("\n\n", 1), [{ records: [], starts: [], end: 2, last: true }]);
  });

  it("end before a line that is too large, whether it ends or not", async () => {
    for (const text of ["one\n12345678901\ntwo", "one\n12345678901234567890"]) {
      for (const bytes of [1, 7, 100]) {
        const [run, tooLarge, ...more] = await cut(text, bytes);
        assert.ok(run !== undefined && "records" in run);
        assert.deepEqual([run.records.map(String), run.end, run.last], [["one"], 4, false]);
        assert.ok(tooLarge !== undefined && "tooLargeBytes" in tooLarge && tooLarge.tooLargeBytes > 10);
        assert.equal(more.length, 0);
      }
    }
  });

  it("are the whole file where that is asked for, up to its limit", async () => {
    const [run] = await cut("a\nb", 2, { content: "whole" });
    assert.ok(run !== undefined && "records" in run);
    assert.deepEqual([run.records.map(String), run.end, run.last], [["a\nb"], 3, true]);
    assert.deepEqual(await cut("12345678901", 20, { content: "whole" }), [{ tooLargeBytes: 11 }]);
  });
});
