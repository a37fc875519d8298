import assert from "node:assert/strict";
import { test } from "node:test";
import { DIRECTORY, FrameLogWorld, framesOf, input } from "../../../test/fakes/frame-log-world.ts";
import { KeyRing } from "../../std/key-ring.ts";
import { FRAME_KINDS } from "./frame.ts";
import { decodeSegmentHeader } from "./segment-header.ts";

test("frames come back as they were appended, also after a clean close", async () => {
  const world = new FrameLogWorld();
  const log = await world.open();
  const first = await log.append(input(["a", "bb"], "meta"));
  const second = await log.append(input(["", "ccc"]));
  assert.deepEqual([first.firstOffset, second.firstOffset, log.start, log.end], [0, 2, 0, 4]);
  const expected = [
    { firstOffset: 0, records: ["a", "bb"], metadata: "meta" },
    { firstOffset: 2, records: ["", "ccc"], metadata: "" },
  ];
  assert.deepEqual(await framesOf(log), expected);
  await log.close();
  const again = await world.open();
  assert.equal(again.incarnation, log.incarnation);
  assert.deepEqual(await framesOf(again), expected);
  assert.equal((await again.append(input(["d"]))).firstOffset, 4);
  assert.deepEqual((await framesOf(again)).at(-1)?.records, ["d"]);
  await again.close();
});

test("appends that arrive during a sync share the next one", async () => {
  const world = new FrameLogWorld();
  const log = await world.open();
  const before = world.syncs();
  await Promise.all([log.append(input(["a"])), log.append(input(["b"])), log.append(input(["c"]))]);
  assert.equal(world.syncs() - before, 1);
  assert.equal(log.end, 3);
  const groups = Array.from({ length: 20 }, () => log.append(input(["x"])));
  assert.equal(log.pendingAppends, 20);
  await Promise.all(groups);
  assert.equal(world.syncs() - before, 2);
  await log.close();
});

test("read returns about the bytes asked for, whole frames, from the middle too", async () => {
  const world = new FrameLogWorld({ segmentBytes: 64 * 1024 });
  const log = await world.open();
  for (let index = 0; index < 200; index++) await log.append(input([`${index}-a`, `${index}-${"b".repeat(1000)}`]));
  for (const offset of [0, 1, 2, 155, 198, 399]) {
    const frames = await log.read(offset, 3000);
    assert.ok(frames.length >= 1 && frames.length <= 3);
    assert.equal(frames[0]?.firstOffset, offset - (offset % 2));
    assert.equal(frames[0]?.payload.subarray(0, frames[0].ends[0]).toString(), `${Math.floor(offset / 2)}-a`);
  }
  assert.equal((await log.read(400, 1)).length, 0);
  assert.equal((await framesOf(log)).length, 200);
  assert.ok((await world.segmentNames()).length > 5);
  await log.close();
});

test("a frame larger than a segment gets a segment of its size", async () => {
  const world = new FrameLogWorld({ segmentBytes: 16 * 1024 });
  const log = await world.open();
  const big = "x".repeat(100_000);
  await log.append(input(["small"]));
  await log.append(input([big]));
  await log.append(input(["after"]));
  assert.deepEqual(
    (await framesOf(log)).flatMap((frame) => frame.records),
    ["small", big, "after"],
  );
  await log.release(log.end);
  assert.deepEqual(await world.segmentNames("spare"), ["00000000000000000001.spare"]);
  await log.close();
});

test("release lets whole segments go and recycles one; leases keep them", async () => {
  const world = new FrameLogWorld({ segmentBytes: 16 * 1024 });
  const log = await world.open();
  for (let index = 0; index < 30; index++) await log.append(input([`record ${index}`]));
  const lease = log.lease(5);
  await log.release(20);
  assert.ok(log.start <= 5 && log.start > 0, `start ${log.start}`);
  await assert.rejects(log.read(0, 1), { code: "offset-released" });
  lease.release();
  await log.release(0);
  assert.ok(log.start > 5 && log.start <= 20);
  for (let index = 30; index < 40; index++) await log.append(input([`record ${index}`]));
  assert.ok(world.events.some((event) => event.name === "log.segmentOpened" && event.fields.recycled === true));
  const records = (await framesOf(log)).flatMap((frame) => frame.records);
  assert.deepEqual(
    records,
    Array.from({ length: 40 - log.start }, (_, index) => `record ${index + log.start}`),
  );
  await log.close();
});

test("what was released in the last segment does not count as used", async () => {
  const world = new FrameLogWorld({ segmentBytes: 1024 * 1024 });
  const log = await world.open();
  for (let index = 0; index < 40; index++) await log.append(input(["x".repeat(10_000)]));
  const all = log.bytes;
  assert.ok(all > 400_000);
  await log.release(20);
  assert.ok(log.bytes < all * 0.7 && log.bytes > 200_000, `${log.bytes} of ${all} bytes are in use`);
  await log.release(log.end);
  assert.ok(log.bytes <= 4096, `${log.bytes} bytes are in use, and nothing is needed`);
  await log.append(input(["y".repeat(10_000)]));
  assert.ok(log.bytes > 10_000);
  await log.close();
});

test("retention keeps released segments by age and by size", async () => {
  const world = new FrameLogWorld({ segmentBytes: 16 * 1024, retention: { ageMs: 60_000, bytes: 40_000 } });
  const log = await world.open();
  for (let index = 0; index < 30; index++) await log.append(input([`record ${index}`], "", world.clock.now()));
  await log.release(30);
  const kept = 30 - log.start;
  assert.ok(kept >= 6 && kept <= 12, `${kept} kept`);
  await world.clock.advance(61_000);
  await log.release(30);
  assert.ok(30 - log.start <= 3, `${30 - log.start} kept`);
  await log.close();
});

test("an idle log writes one watermark and is quiet afterwards", async () => {
  const world = new FrameLogWorld();
  const log = await world.open();
  await log.append(input(["a"]));
  const before = world.syncs();
  await world.clock.advance(1000);
  assert.equal(world.syncs() - before, 1);
  await world.clock.advance(10_000);
  assert.equal(world.syncs() - before, 1);
  assert.deepEqual([log.end, (await framesOf(log)).length], [1, 1]);
  await log.close();
  assert.equal(world.syncs() - before, 1);
});

test("arrival never falls, offsetAtTime finds the first at or after", async () => {
  const world = new FrameLogWorld({ segmentBytes: 16 * 1024 });
  const log = await world.open();
  const base = world.clock.now();
  for (const [index, delay] of [10, 20, 15, 30, 30, 40, 40, 50].entries()) {
    const { arrivalMs } = await log.append(input([`${index}`], "", base + delay));
    assert.equal(arrivalMs, base + [10, 20, 20, 30, 30, 40, 40, 50][index]!);
  }
  const found = await Promise.all([0, 10, 11, 20, 21, 40, 50, 51].map((delay) => log.offsetAtTime(base + delay)));
  assert.deepEqual(found, [0, 0, 1, 1, 3, 5, 7, 8]);
  await log.close();
});

test("waitBeyond wakes at the append, and rejects on abort and on close", async () => {
  const world = new FrameLogWorld();
  const log = await world.open();
  const woken = log.waitBeyond(0, AbortSignal.timeout(5000));
  await log.append(input(["a"]));
  await woken;
  await assert.rejects(log.waitBeyond(1, AbortSignal.abort(new Error("enough"))), /enough/);
  const waiting = assert.rejects(log.waitBeyond(1, AbortSignal.timeout(5000)), { code: "closed" });
  await log.close();
  await waiting;
  await assert.rejects(log.append(input(["b"])), { code: "closed" });
});

test("encryption: no plain bytes on disk, rotation, switching on and off, missing keys are refused", async () => {
  const oldKey = `1:${"11".repeat(32)}`;
  const newKey = `2:${"22".repeat(32)}`;
  let encrypted = true;
  const world = new FrameLogWorld({ keyRing: KeyRing.parse(oldKey), encrypted: () => encrypted });
  let log = await world.open();
  await log.append(input(["secret one"], "hidden metadata"));
  await log.close();
  log = await world.open({ keyRing: KeyRing.parse(`${oldKey}\n${newKey}`) });
  await log.append(input(["secret two"]));
  encrypted = false;
  await log.append(input(["in the clear"]));
  await log.close();
  const names = await world.segmentNames();
  const contents = names.map((name) => world.disk.contentOf(`${DIRECTORY}/${name}`));
  assert.deepEqual(
    contents.map((content) => decodeSegmentHeader(content.subarray(0, 4096))?.keyId),
    [1, 2, 0],
  );
  assert.ok(contents.every((content) => !content.includes("secret") && !content.includes("hidden")));
  assert.ok(contents[2]?.includes("in the clear"));
  log = await world.open({ keyRing: KeyRing.parse(`${newKey}\n${oldKey}`) });
  assert.deepEqual(
    (await framesOf(log)).map((frame) => [frame.metadata, ...frame.records]),
    [
      ["hidden metadata", "secret one"],
      ["", "secret two"],
      ["", "in the clear"],
    ],
  );
  await log.close();
  await assert.rejects(world.open({ keyRing: KeyRing.parse(newKey) }), { code: "key-missing" });
});

test("without a key nothing is written that has to be encrypted, and nothing else is held up", async () => {
  let encrypted = false;
  const world = new FrameLogWorld({ encrypted: () => encrypted });
  const log = await world.open();
  await log.append(input(["a"]));
  encrypted = true;
  await assert.rejects(log.append(input(["b"])), { code: "key-missing" });
  encrypted = false;
  await log.append(input(["c"]));
  assert.deepEqual(
    (await framesOf(log)).flatMap((frame) => frame.records),
    ["a", "c"],
  );
  await log.close();
});

test("a first frame larger than a segment, and encryption switched on before it, replace the empty segment whole", async () => {
  let encrypted = false;
  const keyRing = KeyRing.parse("7f".repeat(32));
  const world = new FrameLogWorld({ segmentBytes: 16 * 1024, keyRing, encrypted: () => encrypted });
  const log = await world.open();
  encrypted = true;
  const secret = "secret ".repeat(6_000);
  await log.append(input([secret]));
  await log.append(input(["b".repeat(20_000)]));
  for (const path of world.disk.pathsBelow(DIRECTORY)) {
    assert.ok(!world.disk.contentOf(path).includes("secret "), `${path} holds plain bytes`);
  }
  world.disk.processKill();
  const again = await world.open();
  assert.equal((await framesOf(again))[0]?.records[0], secret);
  await again.close();
});

test("files of another stream and a witness that knows more are refused", async () => {
  const world = new FrameLogWorld();
  const log = await world.open();
  await log.append(input(["a"]));
  await log.close();
  await assert.rejects(world.open({ streamUid: "f".repeat(32) }), { code: "foreign" });
  await assert.rejects(world.open({ witnessOffset: 2 }), { code: "damaged" });
  await (await world.open({ witnessOffset: 1 })).close();
});

test("a log may start above zero and hold other kinds", async () => {
  const world = new FrameLogWorld({ firstOffset: 7, watermark: false });
  const log = await world.open();
  await log.append({ ...input(["{}"]), kind: FRAME_KINDS.journal });
  assert.deepEqual([log.start, log.end], [7, 8]);
  assert.equal((await log.read(7, 1))[0]?.kind, FRAME_KINDS.journal);
  await log.close();
});

test("a frame beyond the largest is refused, others go on", async () => {
  const world = new FrameLogWorld();
  const log = await world.open();
  const payload = Buffer.alloc(161 * 1024 * 1024);
  const ends = Uint32Array.of(payload.length);
  await assert.rejects(log.append({ kind: 1, arrivalMs: 0, ends, payload }), { code: "too-large" });
  await log.append(input(["a"]));
  await log.close();
});
