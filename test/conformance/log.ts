import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { Log, LogPartition } from "../../src/log/log.ts";
import { type Batch, packRecords, recordAt, recordCount } from "../../src/model/records.ts";

/** One log for one test. */
export interface LogUnderTest {
  readonly log: Log;
  /** Closes the log and opens it again over the same data, as a restart does. */
  reopen(): Promise<Log>;
  cleanUp(): Promise<void>;
}

/** What intake and deliveries need of every log, as named promises. `makeLog` gives a new, empty one each time. */
export function describeLogConformance(name: string, makeLog: () => Promise<LogUnderTest>): void {
  describe(`${name}: log conformance`, () => {
    let world: LogUnderTest;
    let log: Log;
    beforeEach(async () => {
      world = await makeLog();
      log = world.log;
    });
    afterEach(() => world.cleanUp());

    it("gives back what was appended, byte by byte, empty records too", async () => {
      const appended = await log.append({ records: pack(["one", "", "\0\u{1f30a}"]) });
      const [batch] = await readAll(partitionOf(log));
      assert.ok(batch);
      assert.deepEqual(textsOf(batch), ["one", "", "\0\u{1f30a}"]);
      assert.equal(batch.firstOffset, appended.firstOffset);
      assert.equal(batch.arrivalMs, appended.arrivalMs);
      assert.equal(batch.partition, appended.partition);
      assert.deepEqual([batch.onlyDelivery, batch.origin], [undefined, undefined]);
    });

    it("starts empty: nothing to read, start equals end", async () => {
      const partition = partitionOf(log);
      assert.equal(partition.start, partition.end);
      assert.deepEqual(await partition.read(partition.end, 1000), []);
      assert.equal(partition.bytesFrom(partition.end), 0);
    });

    it("gives every record an offset of its own, rising, and keeps one call together", async () => {
      const calls = await Promise.all(
        Array.from({ length: 50 }, (_, call) => log.append({ records: pack([`${call}-a`, `${call}-b`]) })),
      );
      const batches = await readAll(partitionOf(log));
      const seen = new Map(batches.flatMap((batch) => textsOf(batch).map((text, i) => [text, batch.firstOffset + i])));
      for (const [call, { firstOffset }] of calls.entries()) {
        assert.deepEqual([seen.get(`${call}-a`), seen.get(`${call}-b`)], [firstOffset, firstOffset + 1]);
      }
      assert.equal(new Set(seen.values()).size, 100);
      assertRising(batches);
    });

    it("keeps the order of appends that wait for each other", async () => {
      for (let index = 0; index < 20; index++) await log.append({ records: pack([`${index}`]) });
      const texts = (await readAll(partitionOf(log))).flatMap(textsOf);
      assert.deepEqual(
        texts,
        Array.from({ length: 20 }, (_, index) => `${index}`),
      );
    });

    it("shows an append to readers once it is acknowledged, and wakes those who wait", async () => {
      const partition = partitionOf(log);
      const woken = partition.waitBeyond(partition.end, AbortSignal.timeout(10_000));
      const { firstOffset } = await log.append({ records: pack(["now"]) });
      assert.equal(partition.end, firstOffset + 1);
      await woken;
      await partition.waitBeyond(firstOffset, AbortSignal.timeout(10_000));
    });

    it("stops waiting when aborted", async () => {
      const reason = new Error("no longer");
      const controller = new AbortController();
      const partition = partitionOf(log);
      const waiting = partition.waitBeyond(partition.end, controller.signal);
      controller.abort(reason);
      await assert.rejects(waiting, reason);
    });

    it("reads whole batches from inside a batch and is bounded by the bytes asked for", async () => {
      for (let index = 0; index < 10; index++) {
        await log.append({ records: pack([`${index}`, "x".repeat(10_000), "y".repeat(10_000)]) });
      }
      const partition = partitionOf(log);
      const batches = await partition.read(partition.start + 4, 45_000);
      assert.equal(batches[0]?.firstOffset, partition.start + 3);
      assert.ok(batches.length >= 1 && batches.length <= 3, `${batches.length} batches`);
      assert.equal((await partition.read(partition.start, 1)).length, 1);
      assertRising(batches);
    });

    it("carries answer, source position, addressee and origin", async () => {
      const origin = {
        streamUid: "00112233445566778899aabbccddeeff",
        offsets: [7, undefined, 9_007_199_254_740_991],
        arrivalsMs: [1_700_000_000_000, 1_700_000_000_001, 0],
        stage: "delivery" as const,
      };
      await log.append({
        records: pack(["a", "b", "c"]),
        retryKey: "call",
        answer: Buffer.from("answer"),
        source: { id: "queue", position: Buffer.from("7") },
        onlyDelivery: "destinationId-000000000001",
        origin,
      });
      log = await world.reopen();
      const [batch] = await readAll(partitionOf(log));
      assert.equal(batch?.onlyDelivery, "destinationId-000000000001");
      assert.deepEqual(batch?.origin, origin);
    });

    it("answers a repeated call from memory, also after a restart", async () => {
      const appended = await log.append({
        records: pack(["a", "b", "c"]),
        retryKey: "call 1",
        answer: Buffer.from([5]),
      });
      await log.append({ records: pack(["d"]), retryKey: "call 2" });
      const expected = { ...appended, recordCount: 3, answer: Buffer.from([5]) };
      assert.deepEqual(log.recall("call 1"), expected);
      assert.equal(log.recall("call 2")?.answer.byteLength, 0);
      assert.equal(log.recall("call 3"), undefined);
      log = await world.reopen();
      assert.deepEqual(log.recall("call 1"), expected);
      assert.equal(log.recall("call 3"), undefined);
    });

    it("knows the newest position of each source, also after a restart", async () => {
      const put = (id: string, position: string) =>
        log.append({ records: pack([`${id} ${position}`]), source: { id, position: Buffer.from(position) } });
      assert.equal(log.sourcePosition("queue"), undefined);
      await Promise.all([
        put("queue", "1"),
        put("topic", "a"),
        put("queue", "2"),
        log.append({ records: pack(["-"]) }),
      ]);
      assert.equal(textOf(log.sourcePosition("queue")), "2");
      log = await world.reopen();
      assert.equal(textOf(log.sourcePosition("queue")), "2");
      assert.equal(textOf(log.sourcePosition("topic")), "a");
      await put("topic", "b");
      log = await world.reopen();
      assert.deepEqual([textOf(log.sourcePosition("queue")), textOf(log.sourcePosition("topic"))], ["2", "b"]);
      assert.equal(log.sourcePosition("other"), undefined);
    });

    it("knows which messages it holds, also after a restart", async () => {
      const digests = Array.from({ length: 40 }, (_, index) => Buffer.alloc(16, index + 1));
      for (let at = 0; at < digests.length; at += 10) {
        const messages = digests.slice(at, at + 10);
        await log.append({ records: pack(messages.map((_, index) => `message ${at + index}`)), messages });
      }
      assert.ok(digests.every((digest) => log.holdsMessage(digest)));
      log = await world.reopen();
      assert.ok(digests.every((digest) => log.holdsMessage(digest)));
      assert.equal(log.holdsMessage(Buffer.alloc(16, 99)), false);
      await assert.rejects(log.append({ records: pack(["x"]), messages: [Buffer.alloc(8)] }), { code: "too-large" });
    });

    it("refuses a source whose name or position is too long to be kept", async () => {
      const records = pack(["x"]);
      const large = { id: "queue", position: Buffer.alloc(64 * 1024 + 1) };
      await assert.rejects(log.append({ records, source: large }), { code: "too-large" });
      const long = { id: "q".repeat(513), position: Buffer.from("1") };
      await assert.rejects(log.append({ records, source: long }), { code: "too-large" });
    });

    it("is the same log after a restart, and goes on above all that was given out", async () => {
      const { incarnation } = log;
      const before = await log.append({ records: pack(["a"]) });
      log = await world.reopen();
      assert.equal(log.incarnation, incarnation);
      assert.match(incarnation, /^[0-9a-f]{32}$/);
      const after = await log.append({ records: pack(["b"]) });
      assert.ok(after.firstOffset > before.firstOffset);
      assert.ok(after.arrivalMs >= before.arrivalMs);
      assert.deepEqual((await readAll(partitionOf(log))).flatMap(textsOf), ["a", "b"]);
    });

    it("finds offsets by arrival time", async () => {
      const first = await log.append({ records: pack(["a"]) });
      const partition = partitionOf(log);
      assert.equal(await partition.offsetAtTime(0), first.firstOffset);
      assert.equal(await partition.offsetAtTime(first.arrivalMs), first.firstOffset);
      assert.equal(await partition.offsetAtTime(first.arrivalMs + 3_600_000), partition.end);
    });

    it("keeps all above a released offset, and what is leased", async () => {
      const partition = partitionOf(log);
      for (let index = 0; index < 40; index++) await log.append({ records: pack(["x".repeat(20_000)]) });
      const lease = partition.lease(partition.start + 10);
      await partition.release(partition.end - 5);
      assert.equal(recordCount((await partition.read(10, 1))[0] ?? pack([])), 1);
      lease.release();
      await partition.release(partition.end - 5);
      assert.ok(partition.start <= partition.end - 5);
      assert.equal((await readAll(partition)).length, partition.end - partition.start);
      if (partition.start > 0) await assert.rejects(partition.read(0, 1), { code: "offset-released" });
    });

    it("tells its usage, and takes nothing once closed", async () => {
      await log.append({ records: pack(["x".repeat(1000)]) });
      const usage = log.usage();
      assert.deepEqual([usage.start, usage.end, usage.pendingAppends], [partitionOf(log).start, 1, 0]);
      assert.ok(usage.bytes > 1000);
      assert.ok(partitionOf(log).bytesFrom(0) > 1000);
      await log.close();
      await assert.rejects(log.append({ records: pack(["late"]) }), { code: "closed" });
    });
  });
}

function partitionOf(log: Log): LogPartition {
  const [partition] = log.partitions();
  assert.ok(partition);
  return partition;
}

function pack(texts: readonly string[]) {
  return packRecords(texts.map((text) => Buffer.from(text)));
}

function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes && Buffer.from(bytes).toString();
}

function textsOf(batch: Batch): string[] {
  return Array.from({ length: recordCount(batch) }, (_, index) => recordAt(batch, index).toString());
}

async function readAll(partition: LogPartition): Promise<Batch[]> {
  const batches: Batch[] = [];
  for (let offset = partition.start; offset < partition.end; ) {
    const found = await partition.read(offset, 30_000);
    assert.ok(found.length > 0, "a read below the end finds something");
    batches.push(...found);
    const last = found.at(-1);
    offset = (last?.firstOffset ?? 0) + recordCount(last ?? pack([]));
  }
  return batches;
}

function assertRising(batches: readonly Batch[]): void {
  for (const [index, batch] of batches.entries()) {
    const before = batches[index - 1];
    if (before === undefined) continue;
    assert.ok(batch.firstOffset >= before.firstOffset + recordCount(before), "offsets rise");
    assert.ok(batch.arrivalMs >= before.arrivalMs, "arrival never falls");
  }
}
