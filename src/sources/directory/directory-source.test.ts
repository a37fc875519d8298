import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { appendFile, mkdir, readdir, readFile, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { describeSourceConformance } from "../../../test/conformance/source.ts";
import { DropZone } from "../../../test/fakes/drop-zone.ts";
import { temporaryScratch } from "../../../test/fakes/scratch.ts";
import { UpstreamWorld } from "../../../test/fakes/upstream-world.ts";
import { systemClock } from "../../std/clock.ts";
import { directorySource } from "./directory-source.ts";
import { LocalFolder } from "./local-folder.ts";

const { directory } = temporaryScratch();

async function openZone(): Promise<DropZone> {
  const folder = join(directory, randomUUID());
  await mkdir(folder);
  return new DropZone(folder);
}

for (const after of ["leave", "delete", { archive: "done" }]) {
  describeSourceConformance(`directory, ${JSON.stringify(after)}`, async () => {
    const zone = await openZone();
    const options = { path: zone.folder, ready: "renamed", pollSeconds: 0.2, after };
    return {
      kind: directorySource,
      options,
      missing: { ...options, path: join(directory, "missing") },
      exactlyOnce: true,
      put: (texts) => zone.dropAll(texts),
      interrupt: () => zone.takeAway(),
      cleanUp: () => zone.remove(),
    };
  });
}

describe("directory", () => {
  const open = async (t: TestContext, options: object = {}) => {
    const zone = await openZone();
    const usual = { path: zone.folder, ready: "renamed", pollSeconds: 0.1 };
    const world = new UpstreamWorld(directorySource, { ...usual, ...options });
    t.after(async () => {
      await world.stop();
      await zone.remove();
    });
    return { zone, world };
  };

  /** Long enough for several looks at the folder. */
  const looks = () => systemClock.sleep(700);

  it("reads what patterns say, and leaves names of uploads, hidden ones, links and pipes alone", async (t) => {
    const { zone, world } = await open(t, { patterns: ["*.xml", "in/**"] });
    const secret = join(directory, "secret.xml");
    await writeFile(secret, "secret");
    await symlink(secret, join(zone.folder, "link.xml"));
    execFileSync("mkfifo", [join(zone.folder, "pipe.xml")]);
    for (const name of [".hidden.xml", "other.csv"]) await writeFile(join(zone.folder, name), name);
    await zone.drop("in/deep/er/b.csv", "b");
    await writeFile(join(zone.folder, "in", "half.xml.part"), "half");
    await zone.drop("a.xml", "a");
    await world.start();
    await world.untilRecords(2);
    await looks();
    assert.deepEqual((await world.records()).map(String).sort(), ["a", "b"]);
  });

  it("waits until files that are written in place stay the same", async (t) => {
    const { zone, world } = await open(t, { ready: { stableSeconds: 0.8 } });
    const path = join(zone.folder, "slow.txt");
    await world.start();
    for (let part = 0; part < 8; part++) {
      await appendFile(path, `part ${part} `);
      await systemClock.sleep(200);
    }
    const [record] = await world.untilRecords(1);
    assert.equal(String(record), "part 0 part 1 part 2 part 3 part 4 part 5 part 6 part 7 ");
    assert.equal(world.status.records, 1);
  });

  it("waits for the marker, and takes it away with its file", async (t) => {
    const { zone, world } = await open(t, { ready: { marker: ".done" }, after: "delete" });
    await zone.drop("a.csv", "a");
    await zone.drop("b.csv", "b");
    await zone.drop("a.csv.done", "");
    await world.start();
    await world.untilRecords(1);
    await world.until(() => world.status.measures.filesWaiting === 0, "all read");
    await looks();
    assert.deepEqual((await world.records()).map(String), ["a"]);
    assert.deepEqual(await readdir(zone.folder), ["b.csv"]);
  });

  it("archives under a free name, with the folders of the file", async (t) => {
    const { zone, world } = await open(t, { after: { archive: "done" } });
    await world.start();
    await zone.drop("in/a.txt", "first");
    await world.untilRecords(1);
    await looks();
    await zone.drop("in/a.txt", "second");
    await world.untilRecords(2);
    await looks();
    assert.deepEqual(await readdir(join(zone.folder, "in")), []);
    assert.equal(await readFile(join(zone.folder, "done/in/a.txt"), "utf8"), "first");
    assert.equal(await readFile(join(zone.folder, "done/in/a.txt.1"), "utf8"), "second");
    assert.equal(world.status.records, 2);
  });

  it("never makes the folder that it reads: one that was taken away stays missed", async () => {
    const root = join(directory, randomUUID());
    await new LocalFolder(root).archive("a.txt", "done/in/a.txt");
    await assert.rejects(readdir(root), { code: "ENOENT" });
  });

  it("deletes nothing that is not durable, and after a kill deletes what is", async (t) => {
    const { zone, world } = await open(t, { after: "delete" });
    await zone.drop("a.txt", "a");
    world.fate = "no-room";
    await world.start();
    await world.until(() => world.status.state === "held", "held");
    assert.deepEqual(await readdir(zone.folder), ["a.txt"]);
    world.fate = "killed-after";
    await world.untilRecords(1);
    await world.kill();
    assert.deepEqual(await readdir(zone.folder), ["a.txt"]);
    world.fate = "answered";
    await world.start();
    await looks();
    assert.deepEqual(await readdir(zone.folder), []);
    assert.equal((await world.records()).length, 1);
  });

  it("sets files aside that are too large, warns once, and reads the others", async (t) => {
    const { zone, world } = await open(t, { recordBytesMax: 10, after: "delete" });
    await zone.drop("large.txt", "x".repeat(11));
    await zone.drop("small.txt", "x".repeat(10));
    await world.start();
    await world.untilRecords(1);
    await looks();
    assert.deepEqual(await readdir(zone.folder), ["large.txt"]);
    assert.equal(world.status.counters.filesSetAside, 1);
    assert.match(world.status.warning?.message ?? "", /large\.txt is 11 bytes, expected at most 10/);
  });

  it("reads a file again that has changed, and one that has only been touched", async (t) => {
    const { zone, world } = await open(t);
    await zone.drop("a.txt", "one");
    await world.start();
    await world.untilRecords(1);
    await zone.drop("a.txt", "other");
    await world.untilRecords(2);
    await utimes(join(zone.folder, "a.txt"), 1, 1);
    assert.deepEqual((await world.untilRecords(3)).map(String), ["one", "other", "other"]);
  });

  it("goes on inside a file of lines after a kill, each line once", async (t) => {
    const { zone, world } = await open(t, { content: "lines" });
    const lines = Array.from({ length: 25_000 }, (_, index) => `{"index":${index}}`);
    await zone.drop("lines.ndjson", `${lines.join("\r\n")}\n\n`);
    world.fate = "killed-after";
    await world.start();
    const before = (await world.untilRecords(1)).length;
    await world.kill();
    assert.ok(before > 0 && before < lines.length, `${before} lines at the kill`);
    world.fate = "answered";
    await world.start();
    assert.deepEqual((await world.untilRecords(lines.length)).map(String), lines);
    await looks();
    assert.equal((await world.records()).length, lines.length);
  });

  it("puts name, path, size and time into the envelope, and the place of a line", async (t) => {
    const { zone, world } = await open(t, { record: "envelope", content: "lines" });
    await zone.drop("in/a.txt", 'text\n{"a":1}\n');
    await utimes(join(zone.folder, "in/a.txt"), 1_700_000_000, 1_700_000_000);
    await world.start();
    const file = { file: "a.txt", path: "in/a.txt", fileBytes: 13, modifiedAt: 1_700_000_000_000 };
    assert.deepEqual((await world.untilRecords(2)).map(String), [
      JSON.stringify({ value: "text", ...file, offset: 0 }),
      JSON.stringify({ value: { a: 1 }, ...file, offset: 5 }),
    ]);
  });
});
