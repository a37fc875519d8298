import assert from "node:assert/strict";
import { test } from "node:test";
import { PortionLines } from "./portion-lines.ts";
import { Spill } from "./spill.ts";

/** Keeps what stands between braces, writes `anew` for what says so, and leaves the rest out. */
function linesOf(records: readonly string[]) {
  const spill = new Spill("");
  const bytes = Buffer.concat(records.map((record) => Buffer.from(record)));
  const lines = new PortionLines(spill, bytes, records.length);
  let start = 0;
  for (const record of records) {
    const end = start + record.length;
    const line = lines.lineOf(start, end);
    assert.equal(line.bytes[line.end], 0x0a);
    const text = line.bytes.toString("latin1", line.start, line.end);
    if (text === "{anew}") lines.append("{again}");
    else if (text.startsWith("{")) lines.keep(line);
    start = end;
  }
  const pieces = lines.take();
  return { text: Buffer.concat(pieces).toString("latin1"), pieces: pieces.length, counted: spill.lines };
}

const long = `{${"x".repeat(100)}}\n`;

test("records that are lines leave as one piece, but for the last, behind which nothing may be looked at", () => {
  const records = Array.from({ length: 50 }, (_, index) => `{${index}}\n`);
  const { text, pieces, counted } = linesOf([...records, long, "{a}\n"]);
  assert.equal(text, [...records, long, "{a}\n"].join(""));
  assert.equal(pieces, 2);
  assert.equal(counted, 52);
});

test("lines keep their order, however records become lines", () => {
  const kinds = ["{line}\n", "{bare}", " {blank} \r\n", "{anew}\n", "none\n", "", "{crlf}\r\n", "\n", "{a\nb}\n"];
  const lines = ["{line}\n", "{bare}\n", "{blank}\n", "{again}\n", "", "", "{crlf}\n", "", "{a\nb}\n"];
  for (let seed = 0; seed < 200; seed++) {
    const picks = Array.from(
      { length: 30 },
      (_, place) => ((seed + 1) * (place + 3) * 7 + place * place) % kinds.length,
    );
    const { text } = linesOf([...picks.map((pick) => kinds[pick] ?? ""), long]);
    assert.equal(text, `${picks.map((pick) => lines[pick]).join("")}${long}`);
  }
});
