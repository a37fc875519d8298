import assert from "node:assert/strict";
import { test } from "node:test";
import { PretendDisk } from "../../test/fakes/pretend-disk.ts";
import { readFileWhole, writeFileDurably } from "./write-file.ts";

test("readFileWhole() gives what was written, and nothing of a file that goes while it is asked for", async () => {
  const disk = new PretendDisk().process();
  await disk.makeDirectory("/data");
  assert.equal(await readFileWhole(disk, "/data/a.json"), undefined);
  await writeFileDurably(disk, "/data/a.json", Buffer.from("a"));
  assert.equal(String(await readFileWhole(disk, "/data/a.json")), "a");
  const stat = disk.stat.bind(disk);
  disk.stat = async (path) => {
    const seen = await stat(path);
    await disk.unlink(path);
    return seen;
  };
  assert.equal(await readFileWhole(disk, "/data/a.json"), undefined);
});
