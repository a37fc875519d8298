import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { PortionLines } from "./portion-lines.ts";
import { Spill } from "./spill.ts";
import { SpillQueue } from "./spill-queue.ts";

/** A disk that looks at what it was given only after a while. */
class SlowSpill extends Spill {
  text = "";
  writes = 0;
  atOnce = 0;
  failsAt: number | undefined;

  override async write(chunks: readonly Uint8Array[]): Promise<void> {
    this.writes++;
    assert.equal(++this.atOnce, 1, "one write at a time");
    await sleep(1);
    this.atOnce--;
    if (this.writes === this.failsAt) throw new Error("no room");
    this.text += Buffer.concat(chunks).toString("latin1");
  }
}

const RECORDS = 250;

/** Records that are no lines yet, so that each portion is copied into memory that is used again. */
function portionOf(spill: Spill, portion: number): PortionLines {
  const records = Array.from({ length: RECORDS }, (_, place) => Buffer.from(recordText(portion, place)));
  const lines = new PortionLines(spill, Buffer.concat(records), RECORDS);
  let start = 0;
  for (const record of records) {
    lines.keep(lines.lineOf(start, start + record.length));
    start += record.length;
  }
  return lines;
}

function recordText(portion: number, place: number): string {
  return `{"n":${portion * RECORDS + place},"text":"${"x".repeat(1000)}"}`;
}

test("lines are written in order and in few writes, and their memory is used again only then", async () => {
  const spill = new SlowSpill("");
  const queue = new SpillQueue(spill);
  for (let round = 0; round < 2; round++) {
    for (let portion = 0; portion < 20; portion++) await queue.add(portionOf(spill, round * 20 + portion));
    await queue.settle();
  }
  const expected = Array.from({ length: 40 }, (_, portion) =>
    Array.from({ length: RECORDS }, (_, place) => `${recordText(portion, place)}\n`).join(""),
  );
  assert.ok(spill.text === expected.join(""));
  assert.ok(spill.writes <= 10, `${spill.writes} writes of 10 MB`);
  assert.equal(spill.lines, 40 * RECORDS);
});

test("a write that fails beside the next portions is heard of, at the latest when everything is settled", async () => {
  for (const failsAt of [1, 2, 4]) {
    const spill = new SlowSpill("");
    spill.failsAt = failsAt;
    const queue = new SpillQueue(spill);
    const all = async () => {
      for (let portion = 0; portion < 18; portion++) await queue.add(portionOf(spill, portion));
      await queue.settle();
    };
    await assert.rejects(all, /no room/);
    assert.equal(spill.writes, failsAt);
  }
});
