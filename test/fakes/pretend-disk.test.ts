import assert from "node:assert/strict";
import { test } from "node:test";
import { isDiskFull } from "../../src/std/disk.ts";
import { seededRandom } from "../../src/std/random.ts";
import { readFileWhole, writeFileDurably } from "../../src/std/write-file.ts";
import { PretendDisk } from "./pretend-disk.ts";

const SEEDS = 200;

test("synced bytes survive power loss, unsynced sectors survive in any subset", async () => {
  const outcomes = new Set<string>();
  for (let seed = 0; seed < SEEDS; seed++) {
    const disk = new PretendDisk(seededRandom(seed));
    await disk.makeDirectory("/data");
    const file = await disk.open("/data/a", "create");
    await file.write([Buffer.alloc(1024, "A")], 0);
    await file.datasync();
    await disk.syncDirectory("/data");
    await file.write([Buffer.alloc(512, "B"), Buffer.alloc(512, "C")], 0);
    disk.powerLoss();
    const bytes = disk.contentOf("/data/a");
    outcomes.add(`${String.fromCharCode(bytes[0] ?? 0)}${String.fromCharCode(bytes[512] ?? 0)}`);
  }
  assert.deepEqual([...outcomes].sort(), ["AA", "AC", "BA", "BC"]);
});

test("a name is durable only after its directory was synced", async () => {
  let lost = 0;
  for (let seed = 0; seed < SEEDS; seed++) {
    const disk = new PretendDisk(seededRandom(seed));
    await disk.makeDirectory("/data");
    const file = await disk.open("/data/a", "create");
    await file.datasync();
    disk.powerLoss();
    if ((await disk.stat("/data/a")) === undefined) lost++;
  }
  assert.ok(lost > 0 && lost < SEEDS, `${lost} of ${SEEDS} names lost`);
});

test("a small file that is replaced durably is old or new after a crash at any operation", async () => {
  for (let index = 0; index < 30; index++) {
    for (const how of ["power", "kill"] as const) {
      const disk = new PretendDisk(seededRandom(index));
      await disk.makeDirectory("/data");
      await writeFileDurably(disk, "/data/a", Buffer.from("old"));
      disk.crashAt(disk.faults.count + index, how);
      const acknowledged = await writeFileDurably(disk.process(), "/data/a", Buffer.from("new")).then(
        () => true,
        () => false,
      );
      if (disk.crashPending) disk.powerLoss();
      const found = (await readFileWhole(disk, "/data/a"))?.toString();
      assert.ok(found === "new" || (!acknowledged && found === "old"), `operation ${index}, ${how}: ${found}`);
    }
  }
});

test("processKill keeps what was written, and kills open files and views", async () => {
  const disk = new PretendDisk();
  const view = disk.process();
  await view.makeDirectory("/data");
  const file = await view.open("/data/a", "create");
  await file.write([Buffer.from("kept")], 0);
  disk.processKill();
  await assert.rejects(file.read(Buffer.alloc(4), 0), { code: "ESHUTDOWN" });
  await assert.rejects(view.list("/data"), { code: "ESHUTDOWN" });
  assert.equal(disk.contentOf("/data/a").toString(), "kept");
});

test("a failed datasync marks pages clean: the next one succeeds and power loss takes the bytes", async () => {
  let lost = 0;
  for (let seed = 0; seed < SEEDS; seed++) {
    const disk = new PretendDisk(seededRandom(seed));
    await disk.makeDirectory("/data");
    const file = await disk.open("/data/a", "create");
    await file.write([Buffer.from("old")], 0);
    await file.datasync();
    await disk.syncDirectory("/data");
    await file.write([Buffer.from("new")], 0);
    disk.failNext("datasync", "EIO");
    await assert.rejects(file.datasync(), { code: "EIO" });
    await file.datasync();
    assert.equal(disk.contentOf("/data/a").toString(), "new");
    disk.powerLoss();
    if (disk.contentOf("/data/a").toString() === "old") lost++;
  }
  assert.ok(lost > 0 && lost < SEEDS, `${lost} of ${SEEDS} lost`);
});

test("writes beyond the capacity are cut short with ENOSPC, overwriting needs no room", async () => {
  const disk = new PretendDisk();
  await disk.makeDirectory("/data");
  const file = await disk.open("/data/a", "create");
  disk.capacityBytes = 2048;
  await assert.rejects(file.write([Buffer.alloc(4096, "x")], 0), isDiskFull);
  assert.equal(await file.size(), 2048);
  await file.write([Buffer.alloc(2048, "y")], 0);
  assert.equal(await disk.freeBytes("/data"), 0);
  await disk.unlink("/data/a");
  assert.equal(await disk.freeBytes("/data"), 2048);
});

test("sparse growth reads as zeros and allocates nothing", async () => {
  const disk = new PretendDisk();
  await disk.makeDirectory("/data");
  const file = await disk.open("/data/a", "create");
  await file.truncate(64 * 1024 * 1024);
  await file.write([Buffer.from("end")], 1_000_000);
  assert.ok(disk.usedBytes() <= 512);
  const bytes = Buffer.alloc(5);
  assert.equal(await file.read(bytes, 999_999), 5);
  assert.deepEqual(bytes, Buffer.from("\0end\0"));
});

test("flipped bytes are seen before and after power loss", async () => {
  const disk = new PretendDisk();
  await disk.makeDirectory("/data");
  await writeFileDurably(disk, "/data/a", Buffer.from([1, 2, 3]));
  disk.flipByte("/data/a", 1, 0xff);
  assert.deepEqual(disk.contentOf("/data/a"), Buffer.from([1, 0xfd, 3]));
  disk.powerLoss();
  assert.deepEqual(disk.contentOf("/data/a"), Buffer.from([1, 0xfd, 3]));
});
