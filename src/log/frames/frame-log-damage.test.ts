import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32 } from "node:zlib";
import { FrameLogWorld, framesOf, input } from "../../../test/fakes/frame-log-world.ts";
import { inspectLog } from "../embedded/inspect.ts";
import { decodeFrameHeader, type FrameHeader } from "./frame-header.ts";
import { alignUp, BLOCK_BYTES, FRAME_HEADER_BYTES } from "./frame-limits.ts";
import { decodeSegmentHeader } from "./segment-header.ts";

/**
 * Damage and deceit. Goal: each changed byte is classified exactly: harmless, cut (never acknowledged), or refused loudly;
 * and bytes that look like frames are taken for frames only where we wrote them. Method: a small log on the pretend disk,
 * bytes flipped or planted between two starts.
 */
const MASK = 0x40;

/** Three groups of one frame each, at blocks 1, 2 and 3 of one segment. The third has no witness unless `idle`. */
async function threeGroups(idle: boolean): Promise<{ world: FrameLogWorld; path: string; frames: FrameHeader[] }> {
  const world = new FrameLogWorld({ segmentBytes: 64 * 1024 });
  const log = await world.open();
  for (const text of ["first", "second", "third"]) await log.append(input([text], "meta"));
  if (idle) await world.clock.advance(200);
  world.disk.processKill();
  const path = await world.lastSegmentPath();
  const content = world.disk.contentOf(path);
  const frames = [1, 2, 3].flatMap((block) => decodeFrameHeader(content.subarray(block * BLOCK_BYTES)) ?? []);
  assert.equal(frames.length, 3);
  return { world, path, frames };
}

test("any flipped byte of a frame in the middle is refused, with file and byte position", async () => {
  const { frames } = await threeGroups(false);
  for (const frame of frames.slice(0, 2)) {
    for (let at = 0; at < frame.frameBytes; at++) {
      const { world, path } = await threeGroups(false);
      world.disk.flipByte(path, frame.position + at, MASK);
      await assert.rejects(world.open(), (error: { code?: string; message?: string }) => {
        assert.equal(error.code, "damaged");
        assert.ok(error.message?.includes(path) && error.message.includes(`byte ${frame.position}:`), error.message);
        return true;
      });
    }
  }
});

test("any flipped byte of the last group is refused once the group has a witness", async () => {
  const { frames } = await threeGroups(true);
  const frame = frames[2]!;
  for (let at = 0; at < frame.frameBytes; at++) {
    const { world, path } = await threeGroups(true);
    world.disk.flipByte(path, frame.position + at, MASK);
    await assert.rejects(world.open(), { code: "damaged" }, `byte ${at}`);
  }
});

test("any flipped byte of the last group cuts it while nothing proves that it was acknowledged", async () => {
  const { frames } = await threeGroups(false);
  const frame = frames[2]!;
  for (let at = 0; at < frame.frameBytes; at++) {
    const { world, path } = await threeGroups(false);
    world.disk.flipByte(path, frame.position + at, MASK);
    await assert.rejects(world.open({ witnessOffset: 3 }), { code: "damaged" }, `byte ${at} with a journal as witness`);
    const log = await world.open();
    assert.deepEqual(
      (await framesOf(log)).flatMap(({ records }) => records),
      ["first", "second"],
    );
    assert.equal((await log.append(input(["next"]))).firstOffset, 2);
    await log.close();
  }
});

test("bytes between groups and behind the end mean nothing", async () => {
  for (const [block, within] of [
    [1, 2000],
    [2, 4095],
    [3, 3000],
    [5, 100],
  ] as const) {
    const { world, path } = await threeGroups(true);
    world.disk.flipByte(path, block * BLOCK_BYTES + within, MASK);
    const log = await world.open();
    assert.equal((await framesOf(log)).length, 3);
    await log.close();
  }
});

test("one copy of the segment header may be damaged, not both", async () => {
  for (let at = 0; at < 256; at += 3) {
    const { world, path } = await threeGroups(true);
    world.disk.flipByte(path, at, MASK);
    await (await world.open()).close();
    world.disk.flipByte(path, 2048 + at, MASK);
    await assert.rejects(world.open(), { code: "damaged", message: /no valid header/ }, `byte ${at}`);
  }
});

test("damage in a sealed segment is found by whoever reads it, each time; a missing segment at the start", async () => {
  const world = new FrameLogWorld({ segmentBytes: 16 * 1024 });
  const log = await world.open();
  for (let index = 0; index < 12; index++) await log.append(input([`record ${index}`]));
  await log.close();
  const [first = "", second = ""] = await world.segmentNames();
  world.disk.flipByte(`/data/log/${first}`, BLOCK_BYTES + FRAME_HEADER_BYTES + 5, MASK);
  const again = await world.open();
  await assert.rejects(again.read(0, 100_000), { code: "damaged", message: /damaged at byte 4096/ });
  await assert.rejects(again.read(0, 100_000), { code: "damaged" });
  assert.ok((await again.read(4, 1)).length > 0);
  await again.close();
  await world.disk.unlink(`/data/log/${second}`);
  await assert.rejects(world.open(), { code: "damaged", message: /is missing/ });
});

test("inside a group the second frame may be on disk without the first: torn, not damaged", async () => {
  const world = new FrameLogWorld({ segmentBytes: 128 * 1024 });
  const log = await world.open();
  await log.append(input(["kept"]));
  // The second frame of the group stands on a block border of its own, where the search for later groups finds it.
  const index = 4;
  const filling = 2 * BLOCK_BYTES - FRAME_HEADER_BYTES - index;
  await Promise.all([log.append(input(["x".repeat(filling)])), log.append(input(["last"]))]);
  world.disk.processKill();
  const path = await world.lastSegmentPath();
  assert.ok(decodeFrameHeader(world.disk.contentOf(path).subarray(4 * BLOCK_BYTES)), "the layout is as planned");
  world.disk.flipByte(path, 2 * BLOCK_BYTES + 200, MASK);
  const again = await world.open();
  assert.deepEqual(
    (await framesOf(again)).flatMap(({ records }) => records),
    ["kept"],
  );
  const cut = world.events.find((event) => event.name === "log.tailCut");
  assert.deepEqual(cut?.fields, { stream: "orders", segment: 1, fromByte: 2 * BLOCK_BYTES, bytes: 3 * BLOCK_BYTES });
  await again.close();
});

/** A frame with right checksums at `position`, as a producer might compose it from what the documentation says. */
function forge(model: Buffer, changes: { position: number; salt: bigint; offset: number }): Buffer {
  const forged = Buffer.from(model);
  forged.writeBigUInt64LE(changes.salt, 8);
  forged.writeUInt32LE(changes.position, 16);
  forged.writeUInt32LE(changes.offset, 24);
  forged.writeUInt32LE(changes.position, 40);
  forged.writeUInt32LE(crc32(forged.subarray(8, FRAME_HEADER_BYTES)), 4);
  assert.ok(decodeFrameHeader(forged));
  return forged;
}

test("a perfect frame in a payload is a payload, in a whole frame and in a torn one", async () => {
  for (const torn of [false, true]) {
    const world = new FrameLogWorld({ segmentBytes: 128 * 1024 });
    const log = await world.open();
    await log.append(input(["kept"]));
    const path = await world.lastSegmentPath();
    const content = world.disk.contentOf(path);
    const header = decodeFrameHeader(content.subarray(BLOCK_BYTES))!;
    const model = content.subarray(BLOCK_BYTES, BLOCK_BYTES + header.frameBytes);
    // Payload of the next frame starts 100 bytes behind block 2; the forged frame stands on block 4. The salt is secret.
    const lead = Buffer.alloc(2 * BLOCK_BYTES - FRAME_HEADER_BYTES - 4);
    const forged = forge(model, { position: 4 * BLOCK_BYTES, salt: header.salt ^ 1n, offset: 1 });
    const payload = Buffer.concat([lead, forged, Buffer.alloc(5000)]);
    await log.append({ kind: 1, arrivalMs: 0, ends: Uint32Array.of(payload.length), payload });
    world.disk.processKill();
    if (torn) world.disk.flipByte(path, 2 * BLOCK_BYTES + 20, MASK);
    const again = await world.open();
    assert.equal(again.end, torn ? 1 : 2);
    if (!torn) assert.ok((await again.read(1, 1))[0]?.payload.equals(payload));
    await again.close();
  }
});

test("old frames of a recycled file never come back, even where position, offset and chain fit", async () => {
  const world = new FrameLogWorld({ segmentBytes: 16 * 1024 });
  let log = await world.open();
  await log.append(input(["first"]));
  world.disk.processKill();
  const path = await world.lastSegmentPath();
  const content = world.disk.contentOf(path);
  const salt = decodeSegmentHeader(content)?.salt ?? 0n;
  const last = decodeFrameHeader(content.subarray(BLOCK_BYTES))!;
  // All fits at the place where the next group would stand, only the salt is that of an earlier use of the file.
  const model = content.subarray(BLOCK_BYTES, BLOCK_BYTES + last.frameBytes);
  model.writeUInt32LE(last.crc, 68);
  const old = forge(model, { position: 2 * BLOCK_BYTES, salt: salt + 1n, offset: 1 });
  const file = await world.disk.open(path, "write");
  await file.write([old], 2 * BLOCK_BYTES);
  await file.datasync();
  log = await world.open();
  assert.equal(log.end, 1);
  await log.close();
  const own = forge(model, { position: 2 * BLOCK_BYTES, salt, offset: 1 });
  assert.equal(
    decodeFrameHeader(own)?.previousCrc,
    last.crc,
    "with our salt it would have been taken for the next frame",
  );
});

test("a recycled file full of old frames ends where its new frames end", async () => {
  const world = new FrameLogWorld({ segmentBytes: 8 * BLOCK_BYTES });
  let log = await world.open();
  for (let index = 0; index < 14; index++) await log.append(input([`old ${index}`]));
  await log.release(log.end);
  await log.append(input(["new"]));
  assert.ok(world.events.some((event) => event.name === "log.segmentOpened" && event.fields.recycled === true));
  world.disk.powerLoss();
  log = await world.open();
  assert.deepEqual((await framesOf(log)).at(-1)?.records, ["new"]);
  assert.equal(log.end, 15);
  await log.close();
});

test("inspection tells valid, torn, damaged and foreign frames apart and goes on after damage", async () => {
  const states = async (world: FrameLogWorld) => {
    const found: string[] = [];
    for await (const item of inspectLog(world.disk, "/data/log")) {
      if (item.type === "segment") found.push(`segment ${item.segment}`);
      else found.push(item.type === "frame" ? `${item.kind} ${item.firstOffset}` : `${item.state} at ${item.position}`);
    }
    return found;
  };
  const middle = await threeGroups(true);
  assert.deepEqual(await states(middle.world), ["segment 1", "records 0", "records 1", "records 2", "watermark 3"]);
  middle.world.disk.flipByte(middle.path, 2 * BLOCK_BYTES + 100, MASK);
  assert.deepEqual(await states(middle.world), [
    "segment 1",
    "records 0",
    "damaged at 8192",
    "records 2",
    "watermark 3",
  ]);
  const tail = await threeGroups(false);
  tail.world.disk.flipByte(tail.path, 3 * BLOCK_BYTES + 100, MASK);
  assert.deepEqual(await states(tail.world), ["segment 1", "records 0", "records 1", "torn at 12288"]);
  const recycled = new FrameLogWorld({ segmentBytes: 4 * BLOCK_BYTES });
  const log = await recycled.open();
  for (let index = 0; index < 7; index++) await log.append(input([`${index}`]));
  await log.release(3);
  await log.append(input(["7"]));
  for (let index = 8; index < 10; index++) await log.append(input([`${index}`]));
  await log.close();
  const found = await states(recycled);
  assert.ok(
    found.some((state) => state.startsWith("foreign at")),
    found.join(", "),
  );
  assert.ok(!found.some((state) => state.startsWith("damaged")), found.join(", "));
});

test("group borders are block borders, and an acknowledged block is never written again", async () => {
  const world = new FrameLogWorld({ segmentBytes: 128 * 1024 });
  const log = await world.open();
  const path = await world.lastSegmentPath();
  let acknowledged = Buffer.alloc(0);
  for (let index = 0; index < 10; index++) {
    await log.append(input(["x".repeat(index * 900)]));
    const content = world.disk.contentOf(path);
    assert.ok(content.subarray(0, acknowledged.length).equals(acknowledged));
    const written = content.subarray(0, log.bytes);
    assert.equal(written.length, alignUp(written.length, BLOCK_BYTES));
    acknowledged = Buffer.from(written);
  }
  await log.close();
});
