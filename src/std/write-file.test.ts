import assert from "node:assert/strict";
import { test } from "node:test";
import { PretendDisk } from "../../test/fakes/pretend-disk.ts";
import type { Disk } from "./disk.ts";
import { readFileWhole, writeFileDurably } from "./write-file.ts";

const PATH = "/data/note";

async function diskWithNote(): Promise<Disk> {
  const disk = new PretendDisk().process();
  await disk.makeDirectory("/data");
  await writeFileDurably(disk, PATH, Buffer.from("first"));
  return disk;
}

test("readFileWhole() gives what writeFileDurably() wrote last, and nothing where there is no file", async () => {
  const disk = await diskWithNote();
  await writeFileDurably(disk, PATH, Buffer.from("then"));
  assert.equal((await readFileWhole(disk, PATH))?.toString(), "then");
  assert.equal(await readFileWhole(disk, "/data/other"), undefined);
  assert.equal(await readFileWhole(disk, "/nowhere/note"), undefined);
});

test("readFileWhole() gives nothing when the file goes while it is asked for", async () => {
  const disk = await diskWithNote();
  const opened = disk.open.bind(disk);
  disk.open = async (...request) => {
    await disk.unlink(PATH);
    return opened(...request);
  };
  assert.equal(await readFileWhole(disk, PATH), undefined);
});
