import assert from "node:assert/strict";
import { test } from "node:test";
import { PretendDisk } from "../../test/fakes/pretend-disk.ts";
import { LakehoseError } from "../model/errors.ts";
import { seededRandom } from "../std/random.ts";
import { encodeLine } from "./change-line.ts";
import { ChangeLog } from "./change-log.ts";

const DIRECTORY = "/partitions/7";
const PATH = `${DIRECTORY}/1.log`;

async function openLog(disk: PretendDisk) {
  const changes: object[] = [];
  const log = await ChangeLog.open(disk.process(), DIRECTORY, (change) => changes.push(change));
  return { log, changes };
}

async function written(...changes: readonly object[]): Promise<PretendDisk> {
  const disk = new PretendDisk();
  const { log } = await openLog(disk);
  for (const change of changes) await log.append(change);
  return disk;
}

const CHANGES = [{ put: ["first", "x".repeat(600)] }, { put: ["second"] }, { removed: ["first"], put: ["third ü"] }];

test("ChangeLog.open() gives back all changes in order", async () => {
  const disk = await written(...CHANGES);
  const { log, changes } = await openLog(disk);
  assert.deepEqual(changes, CHANGES);
  assert.equal(log.bytes, disk.contentOf(PATH).byteLength);
});

test("ChangeLog.open() refuses every flipped bit with the name of the file, also in the last line", async () => {
  const { length } = (await written(...CHANGES)).contentOf(PATH);
  for (let position = 0; position < length; position++) {
    const disk = await written(...CHANGES);
    disk.flipByte(PATH, position, 1 << (position % 8));
    await assert.rejects(openLog(disk), (error) => {
      assert.ok(error instanceof LakehoseError && error.code === "catalog-damaged", `byte ${position}: ${error}`);
      assert.match(error.message, /partitions\/7\/1\.log cannot be used/);
      return true;
    });
  }
});

test("ChangeLog.open() cuts off a last line that was never answered, at whatever byte it ends", async () => {
  const before = (await written(...CHANGES)).contentOf(PATH).byteLength;
  const whole = (await written(...CHANGES, { put: ["fourth"] })).contentOf(PATH).byteLength;
  for (let end = before; end < whole; end++) {
    const disk = await written(...CHANGES, { put: ["fourth"] });
    const file = await disk.process().open(PATH, "write");
    await file.truncate(end);
    await file.close();
    const { log, changes } = await openLog(disk);
    assert.deepEqual(changes, CHANGES, `cut at ${end}`);
    await log.append({ put: ["fifth"] });
    assert.deepEqual((await openLog(disk)).changes, [...CHANGES, { put: ["fifth"] }]);
  }
});

test("ChangeLog.open() refuses a line that is missing in the middle", async () => {
  const disk = await written({ put: ["x".repeat(2000)] }, { put: ["second"] });
  const file = await disk.process().open(PATH, "write");
  await file.write([Buffer.alloc(512)], 512);
  await file.close();
  await assert.rejects(openLog(disk), { code: "catalog-damaged", message: /incomplete, and others follow/ });
});

test("ChangeLog.open() refuses a file that is empty or of another format", async () => {
  const disk = await written(...CHANGES);
  const file = await disk.process().open(PATH, "write");
  await file.truncate(0);
  await assert.rejects(openLog(disk), { code: "catalog-damaged", message: /no first line/ });
  await file.write([encodeLine({ format: 2 })], 0);
  await file.close();
  await assert.rejects(openLog(disk), { code: "catalog-damaged", message: /expected format 1, got 2/ });
});

test("ChangeLog.rewrite() leaves one file with what it was given", async () => {
  const disk = await written(...CHANGES);
  const { log } = await openLog(disk);
  const told: object[] = [];
  await log.rewrite([{ put: ["only"] }], (change) => told.push(change));
  await log.append({ put: ["more"] });
  assert.deepEqual(told, [{ put: ["only"] }]);
  assert.deepEqual(disk.pathsBelow(DIRECTORY), [`${DIRECTORY}/2.log`]);
  assert.deepEqual((await openLog(disk)).changes, [{ put: ["only"] }, { put: ["more"] }]);
});

test("ChangeLog.open() makes a generation durable that its predecessor could only rename", async () => {
  for (let seed = 0; seed < 20; seed++) {
    const disk = new PretendDisk(seededRandom(seed));
    const { log } = await openLog(disk);
    disk.failNext("syncDirectory", "EIO", { pathPart: DIRECTORY });
    await assert.rejects(log.rewrite([{ put: ["only"] }], () => undefined));
    disk.processKill();
    assert.deepEqual((await openLog(disk)).changes, [{ put: ["only"] }]);
    disk.powerLoss();
    assert.deepEqual((await openLog(disk)).changes, [{ put: ["only"] }], `seed ${seed}`);
  }
});
