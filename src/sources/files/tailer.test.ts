import assert from "node:assert/strict";
import { appendFile, copyFile, link, mkdir, rename, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { TailerWorld } from "../../../test/fakes/tailer-world.ts";
import { LakehoseError } from "../../model/errors.ts";

const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `line ${from + index} of a log\n`);

test("tailer: lines come as they are written, the last once its line feed has come", async (t) => {
  const world = await TailerWorld.make(t);
  await world.write("app.log", "one\ntw");
  world.start();
  await world.expect(["one\n"]);
  await world.append("app.log", "o\nthree\n");
  await world.expect(["one\n", "two\n", "three\n"]);
});

test("tailer: END_OF_FILE leaves out what was there at first, and nothing of files that come later", async (t) => {
  const world = await TailerWorld.make(t, { initialPosition: "END_OF_FILE" });
  await world.write("app.log", "old\nbegun ");
  world.start();
  await world.followed("app.log");
  await world.append("app.log", "here\n");
  await world.write("app.log.1", "new file\n");
  await world.expectSet(["begun here\n", "new file\n"]);
});

test("tailer: a restart goes on where it was, also in files that were renamed and made meanwhile", async (t) => {
  const world = await TailerWorld.make(t, { initialPosition: "END_OF_FILE" });
  await world.write("app.log", "");
  world.start();
  await world.followed("app.log");
  await world.append("app.log", "one\n");
  await world.expect(["one\n"]);
  await world.stop();
  await world.append("app.log", "two\n");
  await rename(world.path("app.log"), world.path("app.log.1"));
  await world.write("app.log", "three\n");
  world.start();
  await world.expectSet(["one\n", "two\n", "three\n"]);
});

test("tailer: renamed to a name that does not match, and removed: what is open is read to its end", async (t) => {
  const world = await TailerWorld.make(t, { pattern: "app.log", finishedAfterMs: 200 });
  await world.write("app.log", "one\n");
  world.start();
  await world.expect(["one\n"]);
  await rename(world.path("app.log"), world.path("old.1"));
  await world.write("app.log", "two\n");
  await world.append("old.1", "three\nno line feed");
  await world.expectSet(["one\n", "two\n", "three\n", "no line feed"]);
  await world.append("app.log", "four\n");
  await rm(world.path("app.log"));
  await world.expectSet(["one\n", "two\n", "three\n", "no line feed", "four\n"]);
});

test("tailer: renamed out of the pattern while nobody looked: found by its inode", async (t) => {
  const world = await TailerWorld.make(t, { pattern: "app.log" });
  await world.write("app.log", "one\n");
  world.start();
  await world.expect(["one\n"]);
  await world.stop();
  await world.append("app.log", "two\n");
  await rename(world.path("app.log"), world.path("moved"));
  await world.write("app.log", "three\n");
  world.start();
  await world.expectSet(["one\n", "two\n", "three\n"]);
});

for (const pattern of ["app.log*", "app.log"]) {
  test(`tailer: copied and emptied (${pattern}): nothing comes twice, what was not read comes from the copy`, async (t) => {
    const world = await TailerWorld.make(t, { pattern });
    await world.write("app.log", lines(0, 100).join(""));
    world.start();
    await world.expect(lines(0, 100));
    world.sink.refuse(true);
    await world.append("app.log", lines(100, 150).join(""));
    await copyFile(world.path("app.log"), world.path("app.log.1"));
    await truncate(world.path("app.log"));
    await world.append("app.log", lines(150, 152).join(""));
    world.sink.refuse(false);
    await world.expectSet(lines(0, 152));
    await world.restart();
    await world.append("app.log", lines(152, 160).join(""));
    await world.expectSet(lines(0, 160));
  });

  test(`tailer: copied and emptied while nobody looked (${pattern})`, async (t) => {
    const world = await TailerWorld.make(t, { pattern });
    await world.write("app.log", lines(0, 10).join(""));
    world.start();
    await world.expect(lines(0, 10));
    await world.stop();
    await world.append("app.log", lines(10, 20).join(""));
    await copyFile(world.path("app.log"), world.path("app.log.1"));
    await truncate(world.path("app.log"));
    await world.append("app.log", lines(20, 60).join(""));
    world.start();
    await world.expectSet(lines(0, 60));
  });
}

test("tailer: emptied and filled beyond where it was, between two looks", async (t) => {
  const world = await TailerWorld.make(t, { pollMs: 150 });
  await world.write("app.log", lines(0, 3).join(""));
  world.start();
  await world.expect(lines(0, 3));
  await writeFile(world.path("app.log"), lines(10, 60).join(""));
  await world.expect([...lines(0, 3), ...lines(10, 60)]);
});

test("tailer: a file that begins like another and goes on by itself is a file of its own", async (t) => {
  const world = await TailerWorld.make(t);
  await world.write("app.log", "#fields a b\n");
  world.start();
  await world.expect(["#fields a b\n"]);
  await world.write("app.log.1", "#fields a b\n1 2\n");
  await world.expectSet(["#fields a b\n", "#fields a b\n", "1 2\n"]);
});

test("tailer: compressed copies, folders, and second names of a file are passed over", async (t) => {
  const world = await TailerWorld.make(t);
  await world.write("app.log", "one\n");
  await world.write("app.log.2.gz", "not text\n");
  await mkdir(world.path("app.log.d"));
  await link(world.path("app.log"), world.path("app.log.link"));
  world.start();
  await world.append("app.log", "two\n");
  await world.expect(["one\n", "two\n"]);
});

test("tailer: while the sink refuses it waits and reads no further, and then nothing is missing", async (t) => {
  const world = await TailerWorld.make(t);
  world.sink.refuse(true);
  await world.write("app.log", lines(0, 5000).join(""));
  world.start();
  await world.until(() => world.sink.refusals > 2);
  assert.equal(world.sink.records.length, 0);
  world.sink.refuse(false);
  await world.expect(lines(0, 5000));
  assert.ok(world.events.some(({ kind }) => kind === "append-refused"));
});

test("tailer: files that come and go while the sink refuses are read to their ends", async (t) => {
  const world = await TailerWorld.make(t);
  world.sink.refuse(true);
  await world.write("app.log", "0\n");
  world.start();
  for (let number = 1; number <= 6; number++) {
    await world.until(() => world.isFollowing(number));
    await rename(world.path("app.log"), world.path("gone"));
    await world.write("app.log", `${number}\n`);
  }
  world.sink.refuse(false);
  await world.expectSet(["0\n", "1\n", "2\n", "3\n", "4\n", "5\n", "6\n"]);
});

test("tailer: a sink that takes no more ends it with the sink's reason", async (t) => {
  const world = await TailerWorld.make(t);
  await world.write("app.log", "one\n");
  world.sink.break(new LakehoseError("gone", "the stream is gone"));
  await assert.rejects(world.start(), /the stream is gone/);
});

test("tailer: batches wait for their age, and a stop hands them on", async (t) => {
  const world = await TailerWorld.make(t, { bufferAgeMs: 60_000 });
  await world.write("app.log", "one\n");
  world.start();
  await world.until(() => world.tailer.status().lagBytes === 4 && world.isFollowing(1));
  await appendFile(world.path("app.log"), "two\n");
  await world.until(() => world.tailer.status().lagBytes === 8);
  assert.equal(world.sink.records.length, 0);
  await world.stop();
  assert.deepEqual(world.sink.appends, [["one\n", "two\n"]]);
});

test("tailer: a batch that was under way is repeated as it was, whatever has come since", async (t) => {
  const world = await TailerWorld.make(t);
  await world.write("app.log", "one\ntwo\n");
  world.sink.dieAfter(0);
  await world.start().catch(() => undefined);
  assert.deepEqual(world.sink.begun, [["one\n", "two\n"]]);
  await world.append("app.log", "three\n");
  world.start();
  await world.expect(["one\n", "two\n", "three\n"]);
  assert.deepEqual(world.sink.appends, [["one\n", "two\n"], ["three\n"]]);
});

test("tailer: two thousand files", async (t) => {
  const world = await TailerWorld.make(t);
  const wanted: string[] = [];
  for (let file = 0; file < 2000; file++) {
    wanted.push(`${file}\n`);
    await writeFile(join(world.folder, `app.log.${file}`), `${file}\n`);
  }
  world.start();
  await world.expectSet(wanted);
  await world.append("app.log.77", "more\n");
  await world.append("app.log.1999", "more still\n");
  await world.expectSet([...wanted, "more\n", "more still\n"]);
});
