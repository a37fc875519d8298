import assert from "node:assert/strict";
import { test } from "node:test";
import { PretendClock } from "../../test/fakes/pretend-clock.ts";
import { PretendDisk } from "../../test/fakes/pretend-disk.ts";
import { AuditLog, type NewAuditEntry } from "./audit-log.ts";

const DIRECTORY = "/data/meta/audit";

async function world() {
  const clock = new PretendClock(Date.UTC(2026, 10, 22));
  const disk = new PretendDisk();
  await disk.makeDirectory("/data");
  const open = (fileBytesMax?: number) =>
    AuditLog.open({ clock, disk, directory: DIRECTORY, ...(fileBytesMax !== undefined && { fileBytesMax }) });
  return { clock, disk, open };
}

function entry(more: Partial<NewAuditEntry> = {}): NewAuditEntry {
  const about = { who: "ada", proof: "session", from: "192.0.2.1", action: "lakehose:PutJob" } as const;
  return { ...about, subjects: ["jobs/daily"], outcome: "done", requestId: "r", ...more };
}

test("AuditLog.read() gives what was written, newest first, in pages and by who and what", async () => {
  const { clock, open } = await world();
  const log = await open();
  for (let n = 0; n < 5; n++) {
    await log.write(entry({ requestId: `r${n}`, who: n === 2 ? "bob" : "ada", subjects: [`jobs/${n}`] }));
    await log.write(entry({ requestId: `s${n}`, action: "lakehose:SignIn", subjects: [] }));
    if (n === 3) await clock.advance(5);
  }
  const ids = async (query: Parameters<AuditLog["read"]>[0]) =>
    (await log.read(query)).map(({ requestId }) => requestId);
  assert.deepEqual(await ids({ limit: 3 }), ["s4", "r4", "s3"]);
  const [, , third] = await log.read({ limit: 3 });
  assert.deepEqual(await ids({ limit: 2, before: third?.id ?? 0 }), ["r3", "s2"]);
  assert.deepEqual(await ids({ limit: 10, who: "bob" }), ["r2"]);
  assert.deepEqual(await ids({ limit: 10, subject: "jobs/1" }), ["r1"]);
  assert.equal((await log.read({ limit: 1 }))[0]?.at, "2026-11-22T00:00:00.005Z");
});

test("AuditLog is there after a restart, ends a torn line, and its ids rise though the clock is set back", async () => {
  const { clock, disk, open } = await world();
  const log = await open();
  await log.write(entry({ requestId: "before" }));
  const file = await disk.open(`${DIRECTORY}/changes.ndjson`, "write");
  await file.write([Buffer.from('{"id":9,"torn')], await file.size());
  await file.close();
  clock.jump(-3_600_000);
  const again = await open();
  await again.write(entry({ requestId: "after" }));
  const entries = await again.read({ limit: 10 });
  assert.deepEqual(
    entries.map(({ requestId }) => requestId),
    ["after", "before"],
  );
});

test("AuditLog goes on after a disk that took half a line", async () => {
  const { disk, open } = await world();
  const log = await open();
  await log.write(entry({ requestId: "first" }));
  disk.faults.failNext("datasync", "ENOSPC");
  await assert.rejects(log.write(entry({ requestId: "lost" })), { code: "ENOSPC" });
  const path = `${DIRECTORY}/changes.ndjson`;
  const file = await disk.open(path, "write");
  await file.truncate((await file.size()) - 40);
  await file.close();
  await log.write(entry({ requestId: "next" }));
  assert.deepEqual(
    (await log.read({ limit: 10 })).map(({ requestId }) => requestId),
    ["next", "first"],
  );
});

test("AuditLog is bounded, and neither failed sign-ins nor refused calls push out a change", async () => {
  const { disk, open } = await world();
  const log = await open(1_000);
  await log.write(entry({ requestId: "change" }));
  for (let n = 0; n < 200; n++) await log.write(entry({ action: "lakehose:SignIn", outcome: "refused" }));
  for (let n = 0; n < 200; n++) await log.write(entry({ outcome: "refused", subjects: [] }));
  assert.equal((await log.read({ limit: 1_000, subject: "jobs/daily" })).at(-1)?.requestId, "change");
  for (let n = 0; n < 200; n++) await log.write(entry());
  const files = await disk.list(DIRECTORY);
  const sizes = await Promise.all(files.map(async (name) => (await disk.stat(`${DIRECTORY}/${name}`))?.bytes ?? 0));
  assert.equal(files.length, 10);
  assert.ok(
    sizes.every((bytes) => bytes <= 1_000),
    String(sizes),
  );
});
