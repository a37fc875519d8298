import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { type FirehoseClient, PutRecordCommand } from "@aws-sdk/client-firehose";
import { afterwards } from "../journeys/cleanup.ts";
import { clientOf, createStream, temporaryFolder, until } from "../journeys/journey.ts";
import { linesOf, readBucket } from "../journeys/read-lake.ts";
import { startProcess } from "../kill/server-process.ts";

const run = promisify(execFile);

/** Room for one log segment of 64 MiB (sparse at first) and what a delivery needs; full soon. */
const DISK_BYTES = 96 * 1024 * 1024;

/** A file system of its own, or the reason why there is none. */
async function smallDisk(t: TestContext): Promise<{ folder: string } | { reason: string }> {
  const folder = join(await temporaryFolder(t), "disk");
  await mkdir(folder);
  try {
    await run("mount", ["-t", "tmpfs", "-o", `size=${DISK_BYTES}`, "tmpfs", folder]);
  } catch {
    return { reason: "a file system of a small size can only be mounted by root" };
  }
  afterwards(t, () => run("umount", ["--lazy", folder]));
  return { folder };
}

/** Puts until the server says no, and gives the lines that were accepted. */
async function putUntilRefused(
  client: FirehoseClient,
  mark: string,
): Promise<{ accepted: string[]; refusal: unknown }> {
  const accepted: string[] = [];
  for (;;) {
    const line = `${mark}-${accepted.length} ${"x".repeat(200_000)}\n`;
    try {
      await client.send(new PutRecordCommand({ DeliveryStreamName: "events", Record: { Data: Buffer.from(line) } }));
    } catch (refusal) {
      return { accepted, refusal };
    }
    accepted.push(line);
    assert.ok(accepted.length * 200_000 < 2 * DISK_BYTES, "the disk has to be full by now");
  }
}

async function putOnceThereIsRoom(client: FirehoseClient, line: string): Promise<void> {
  const put = new PutRecordCommand({ DeliveryStreamName: "events", Record: { Data: Buffer.from(line) } });
  await until(() =>
    client.send(put).then(
      () => true,
      async (error: Error) => {
        assert.equal(error.name, "ServiceUnavailableException", String(error));
        await sleep(100);
        return false;
      },
    ),
  );
}

test("on a full disk producers are told to slow down, and with room again everything goes on by itself", async (t) => {
  const disk = await smallDisk(t);
  if ("reason" in disk) {
    t.skip(disk.reason);
    return;
  }
  const data = join(disk.folder, "data");
  const server = startProcess(data, []);
  afterwards(t, () => server.kill("SIGKILL"));
  const url = await server.ready;
  const client = clientOf(t, url);
  await createStream(client, "events");
  const ballast = join(disk.folder, "ballast");
  await writeFile(ballast, Buffer.alloc(DISK_BYTES / 2));

  const { accepted, refusal } = await putUntilRefused(client, "before");
  assert.ok(accepted.length > 10, `${accepted.length} were accepted`);
  assert.ok(refusal instanceof Error && refusal.name === "ServiceUnavailableException", String(refusal));
  const flushing = fetch(`${url}/api/streams/events/flush`, { method: "POST" });
  await sleep(500);
  const health = await fetch(`${url}/healthz`);
  assert.equal(health.status, 200, "the server is there all the time");

  await rm(ballast);
  assert.deepEqual(await (await flushing).json(), { flushed: true });
  await putOnceThereIsRoom(client, "after\n");
  const again = await fetch(`${url}/api/streams/events/flush`, { method: "POST" });
  assert.deepEqual(await again.json(), { flushed: true });
  const delivered = (await readBucket(data, "lake")).flatMap(({ bytes }) => linesOf(bytes));
  // A refused record may have been sent again by nobody: what was accepted is there once, and nothing else.
  assert.deepEqual(delivered.toSorted(), [...accepted, "after\n"].toSorted());
});
