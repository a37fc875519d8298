import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { systemClock } from "../std/clock.ts";
import { nodeDisk } from "../std/node-disk.ts";
import { DeliveryLog, type DeliveryLogOptions } from "./delivery-log.ts";

const line = { stream: "s", delivery: "d", errorCode: "S3.NoSuchBucket", message: "The bucket is gone." };

async function fixture(t: TestContext, options: Partial<DeliveryLogOptions> = {}) {
  const directory = await mkdtemp(join(tmpdir(), "lakehose-delivery-log-"));
  const target = { arn: "arn:s", version: "1", destination: "arn:lake", logStream: "a/../b" };
  const log = new DeliveryLog({ clock: systemClock, disk: nodeDisk, directory, target: () => target, ...options });
  t.after(async () => {
    await log.settled();
    await rm(directory, { recursive: true });
  });
  return { log, directory };
}

test("DeliveryLog keeps a bounded number of bounded files and reads the newest events across them", async (t) => {
  const { log, directory } = await fixture(t, { fileBytesMax: 500 });
  for (let count = 1; count <= 20; count++) {
    log.write({ ...line, message: `Failure ${count}.` });
    await log.settled();
  }
  const files = await readdir(join(directory, "s"));
  assert.equal(files.length, 4);
  const events = await log.read("s", "a/../b", 5);
  assert.deepEqual(
    events.map(({ message }) => message),
    [16, 17, 18, 19, 20].map((count) => `Failure ${count}.`),
  );
});

test("DeliveryLog keeps names from the wire inside its folder", async (t) => {
  const { log, directory } = await fixture(t);
  log.write({ ...line, stream: ".." });
  await log.settled();
  assert.deepEqual(await readdir(directory), ["%2E%2E"]);
  assert.deepEqual(await log.logStreams(".."), ["a/../b"]);
});

test("DeliveryLog counts what does not fit its queue and says so on the next line", async (t) => {
  const { log } = await fixture(t);
  for (let count = 0; count < 1010; count++) log.write(line);
  await log.settled();
  log.write(line);
  const events = await log.read("s", "a/../b", 2000);
  assert.equal(events.length, 1001);
  assert.match(events.at(-1)?.message ?? "", /10 more lines did not fit/);
});

test("DeliveryLog loses a line rather than the server when the disk fails", async (t) => {
  const failing = { ...nodeDisk, open: () => Promise.reject(new Error("no disk")) };
  const { log } = await fixture(t, { disk: failing });
  log.write(line);
  await log.settled();
  assert.deepEqual(await log.logStreams("s"), []);
});

test("DeliveryLog takes every name that the wire takes: long ones, and half characters", async (t) => {
  for (const logStream of ["é".repeat(512), "a".repeat(512), "\ud800", `${"x".repeat(220)}.`]) {
    const { log } = await fixture(t, { target: () => ({ arn: "", version: "1", destination: "", logStream }) });
    log.write(line);
    assert.equal((await log.read("s", logStream, 10)).length, 1);
    const [shown = ""] = await log.logStreams("s");
    assert.equal((await log.read("s", shown, 10)).length, 1, "the name that is shown leads to the same lines");
    assert.deepEqual(await log.read("s", `${logStream}!`, 10), [], "another name is another file");
  }
});
