import assert from "node:assert/strict";
import { test } from "node:test";
import { PretendClock } from "../../test/fakes/pretend-clock.ts";
import { PretendDisk } from "../../test/fakes/pretend-disk.ts";
import { seededRandom } from "../std/random.ts";
import { readFileWhole } from "../std/write-file.ts";
import { Sessions, type SessionsOptions } from "./sessions.ts";

const HOUR = 3_600_000;
const ANA = { user: "ana", role: "admin", via: "password", basis: "b1" } as const;

async function world(more: Partial<SessionsOptions> = {}) {
  const clock = new PretendClock();
  const disk = new PretendDisk();
  await disk.makeDirectory("/data");
  const path = "/data/sessions.json";
  const limits = { idleMs: 2 * HOUR, lifeMs: 24 * HOUR };
  const random = seededRandom(7);
  const options = { clock, disk, random, path, limits, holds: () => true, ...more };
  return { clock, disk, path, open: () => Sessions.open(options), sessions: await Sessions.open(options) };
}

test("Sessions.use() knows what Sessions.begin() gave out, and nothing else", async () => {
  const { sessions } = await world();
  const { id } = await sessions.begin(ANA);
  assert.match(id, /^[A-Za-z0-9_-]{43}$/);
  assert.equal(sessions.use(id)?.user, "ana");
  for (const forged of ["", "x", id.slice(1), `${id}A`, id.toLowerCase(), "A".repeat(43), "__proto__"]) {
    assert.equal(sessions.use(forged), undefined, forged);
  }
  await sessions.end(id);
  assert.equal(sessions.use(id), undefined);
});

test("a session ends when it is idle, and at the end of its life however much it is used", async () => {
  const { sessions, clock } = await world();
  const idle = await sessions.begin(ANA);
  const busy = await sessions.begin(ANA);
  for (let hour = 1; hour < 24; hour++) {
    await clock.advance(HOUR);
    assert.equal(sessions.use(busy.id)?.user, "ana", `hour ${hour}`);
  }
  assert.equal(sessions.use(idle.id), undefined);
  await clock.advance(HOUR);
  assert.equal(sessions.use(busy.id), undefined);
  assert.equal(sessions.count, 0);
});

test("sessions are there after a restart, and end with what they rest on; the file holds no id", async () => {
  const bases = new Set(["b1", "b2"]);
  const { sessions, disk, path, open } = await world({ holds: ({ basis }) => bases.has(basis) });
  const first = await sessions.begin(ANA);
  const second = await sessions.begin({ ...ANA, user: "bob", basis: "b2" });
  const text = String(await readFileWhole(disk, path));
  assert.ok(text.includes("ana") && !text.includes(first.id) && !text.includes(second.id));
  const [{ idHash = "" } = {}] = JSON.parse(text).sessions as { idHash: string }[];
  assert.equal(sessions.use(idHash), undefined, "a hash from the file is no id");
  bases.delete("b2");
  const again = await open();
  assert.equal(again.use(first.id)?.user, "ana");
  assert.equal(again.use(second.id), undefined);
  await again.end(first.id);
  assert.equal((await open()).use(first.id), undefined);
});

test("the number of sessions is bounded: of one user, and of all", async () => {
  const { sessions, clock } = await world();
  const first = await sessions.begin(ANA);
  for (let n = 0; n < 20; n++) {
    await clock.advance(1);
    await sessions.begin(ANA);
  }
  assert.equal(sessions.count, 20);
  assert.equal(sessions.use(first.id), undefined);
  for (let n = 0; n < 1_100; n++) await sessions.begin({ ...ANA, user: `user-${n}` });
  assert.equal(sessions.count, 1_000);
});

test("a full disk keeps nobody from signing in, and an end that may come back is told", async () => {
  const { sessions, disk } = await world();
  disk.faults.failNext("write", "ENOSPC");
  const { id } = await sessions.begin(ANA);
  assert.equal(sessions.use(id)?.user, "ana");
  disk.faults.failNext("write", "ENOSPC");
  await assert.rejects(sessions.end(id), { code: "ENOSPC" });
  assert.equal(sessions.use(id), undefined);
});

test("a file that is damaged costs a sign-in, and no more", async () => {
  const { sessions, disk, path, open } = await world();
  const { id } = await sessions.begin(ANA);
  const file = await disk.open(path, "write");
  await file.write([Buffer.from("{{{{")], 0);
  await file.close();
  const again = await open();
  assert.equal(again.use(id), undefined);
  assert.equal(again.use((await again.begin(ANA)).id)?.user, "ana");
});
