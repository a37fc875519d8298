import assert from "node:assert/strict";
import { test } from "node:test";
import { PretendDisk } from "../../../test/fakes/pretend-disk.ts";
import { seededRandom } from "../../std/random.ts";
import { type ObjectLine, RedriveJournal } from "./redrive-journal.ts";

const PATH = "/data/meta/redrives/uid/delivery.jsonl";

function objectLine(job: number, key: string, lines: number): ObjectLine {
  const records = { redriven: lines, refused: 0, otherDelivery: 0, inDoubt: 0 };
  return { type: "object", job, bucket: "lake", key, etag: "e", bytes: 10, lines, records };
}

test("RedriveJournal remembers jobs and the newest line of each object across power loss", async () => {
  const disk = new PretendDisk();
  const journal = await RedriveJournal.open(disk.process(), PATH);
  await journal.append({ type: "job", job: 1, at: 5, request: { again: false } });
  await journal.append(objectLine(1, "a", 3));
  await journal.append(objectLine(1, "a", 7));
  disk.powerLoss();
  const again = await RedriveJournal.open(disk.process(), PATH);
  assert.equal(again.openJob?.job, 1);
  assert.equal(again.objects.get("lake/a")?.lines, 7);
  await again.append({ type: "end", job: 1, at: 9 });
  disk.powerLoss();
  assert.equal((await RedriveJournal.open(disk.process(), PATH)).openJob, undefined);
});

test("RedriveJournal cuts a line that a crash left half-written, and refuses one that was damaged later", async () => {
  for (let crash = 1; crash < 30; crash++) {
    const disk = new PretendDisk(seededRandom(crash));
    let acknowledged = 0;
    disk.crashAt(disk.faults.count + crash, crash % 2 === 0 ? "power" : "kill");
    const live = async () => {
      const journal = await RedriveJournal.open(disk.process(), PATH);
      for (let lines = 1; lines <= 5; lines++) {
        await journal.append(objectLine(1, `object-${lines}`, lines));
        acknowledged = lines;
      }
    };
    await live().catch(() => undefined);
    disk.heal();
    disk.powerLoss();
    const journal = await RedriveJournal.open(disk.process(), PATH);
    assert.ok(journal.objects.size >= acknowledged, `crash ${crash}: ${journal.objects.size} of ${acknowledged}`);
    await journal.append(objectLine(1, "later", 1));
    const size = journal.objects.size;
    disk.powerLoss();
    assert.equal((await RedriveJournal.open(disk.process(), PATH)).objects.size, size, `crash ${crash}`);
  }
  const disk = new PretendDisk();
  const journal = await RedriveJournal.open(disk.process(), PATH);
  await journal.append(objectLine(1, "a", 1));
  await journal.append(objectLine(1, "b", 1));
  disk.flipByte(PATH, 0, 1);
  await assert.rejects(RedriveJournal.open(disk.process(), PATH), { code: "redrive-journal-damaged" });
});
