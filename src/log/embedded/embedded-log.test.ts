import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { describeLogConformance } from "../../../test/conformance/log.ts";
import { PretendClock } from "../../../test/fakes/pretend-clock.ts";
import { PretendDisk } from "../../../test/fakes/pretend-disk.ts";
import { packRecords, recordAt } from "../../model/records.ts";
import { systemClock } from "../../std/clock.ts";
import { nodeDisk } from "../../std/node-disk.ts";
import { seededRandom, systemRandom } from "../../std/random.ts";
import type { EventCatalogue } from "../../telemetry/events.ts";
import { silentTelemetry } from "../../telemetry/telemetry.ts";
import { EmbeddedLog, type EmbeddedLogOptions } from "./embedded-log.ts";

const STREAM_UID = "0123456789abcdef0123456789abcdef";

describeLogConformance("embedded log on a pretend disk", async () => {
  const world = new World();
  let log = await world.open();
  return {
    log,
    reopen: async () => {
      await log.close();
      log = await world.open();
      return log;
    },
    cleanUp: () => log.close(),
  };
});

describeLogConformance("embedded log in a folder", async () => {
  const directory = await mkdtemp(join(tmpdir(), "lakehose-log-"));
  const common = { disk: nodeDisk, clock: systemClock, random: systemRandom, telemetry: silentTelemetry };
  const open = () =>
    EmbeddedLog.open({ ...common, directory, label: "orders", streamUid: STREAM_UID, segmentBytes: 128 * 1024 });
  let log = await open();
  return {
    log,
    reopen: async () => {
      await log.close();
      log = await open();
      return log;
    },
    cleanUp: async () => {
      await log.close();
      await rm(directory, { recursive: true });
    },
  };
});

test("calls are remembered after the segments that held them are gone, and after a crash", async () => {
  const world = new World({ segmentBytes: 16 * 1024 });
  let log = await world.open();
  for (let index = 0; index < 30; index++) await log.append(call(`call ${index}`));
  await log.partitions()[0]?.release(25);
  assert.ok((log.partitions()[0]?.start ?? 0) > 20);
  await log.append(call("call 30"));
  world.disk.powerLoss();
  log = await world.open();
  for (let index = 0; index <= 30; index++)
    assert.equal(log.recall(`call ${index}`)?.firstOffset, index, `call ${index}`);
  await log.close();
});

test("small calls that share a sync share a frame, and each is answered for itself, also after a crash", async () => {
  const world = new World();
  let log = await world.open();
  const calls = Array.from({ length: 40 }, (_, index) => ({
    records: packRecords([Buffer.from(`first of ${index}`), Buffer.from(`second of ${index}`)]),
    ...(index % 3 === 0 ? {} : { retryKey: `call ${index}`, answer: Buffer.from(`answer ${index}`) }),
  }));
  const large = { records: packRecords([Buffer.alloc(40_000, "x")]), retryKey: "large", answer: Buffer.from("large") };
  const addressed = { records: packRecords([Buffer.from("again")]), onlyDelivery: "d" };
  const appended = await Promise.all([...calls, large, addressed, ...calls.slice(0, 2)].map((one) => log.append(one)));
  assert.deepEqual(
    appended.map(({ firstOffset }) => firstOffset),
    [...calls.keys()].map((index) => index * 2).concat(80, 81, 82, 84),
  );
  for (const reopened of [false, true]) {
    if (reopened) {
      world.disk.powerLoss();
      log = await world.open();
    }
    const batches = (await log.partitions()[0]?.read(0, 1_000_000)) ?? [];
    assert.deepEqual(
      batches.map(({ ends, onlyDelivery }) => [ends.length, onlyDelivery]),
      [
        [80, undefined],
        [1, undefined],
        [1, "d"],
        [4, undefined],
      ],
    );
    assert.equal(recordAt(batches[0] ?? packRecords([]), 79).toString(), "second of 39");
    for (const index of [1, 2, 38]) {
      const recalled = log.recall(`call ${index}`);
      const expected = index === 1 ? 84 : index * 2;
      assert.deepEqual([recalled?.firstOffset, recalled?.recordCount], [expected, 2], `call ${index}`);
      assert.equal(String(recalled?.answer), `answer ${index}`);
    }
    assert.equal(log.recall("large")?.firstOffset, 80);
    assert.equal(log.recall("call 0"), undefined);
  }
  await log.close();
});

test("a lease that ends last also saves the calls before its segments go", async () => {
  const world = new World({ segmentBytes: 16 * 1024 });
  let log = await world.open();
  const partition = log.partitions()[0];
  const lease = partition?.lease(0);
  for (let index = 0; index < 30; index++) await log.append(call(`call ${index}`));
  await partition?.release(25);
  assert.equal(partition?.start, 0);
  lease?.release();
  await partition?.release(25);
  assert.ok((partition?.start ?? 0) > 20);
  world.disk.powerLoss();
  log = await world.open();
  assert.equal(log.recall("call 0")?.firstOffset, 0);
  await log.close();
});

test("segments stay when the calls in them cannot be saved", async () => {
  const world = new World({ segmentBytes: 16 * 1024 });
  const log = await world.open();
  for (let index = 0; index < 10; index++) await log.append(call(`call ${index}`));
  world.disk.failNext("datasync", "EIO", { pathPart: "memory" });
  await assert.rejects(log.partitions()[0]?.release(9) ?? Promise.resolve(), { code: "EIO" });
  assert.equal(log.partitions()[0]?.start, 0);
  await log.partitions()[0]?.release(9);
  assert.ok((log.partitions()[0]?.start ?? 0) > 0);
  await log.close();
});

test("calls are forgotten after 15 minutes of log time, and beyond the count", async () => {
  const world = new World({ retryEntriesMax: 3 });
  let log = await world.open();
  await log.append(call("old"));
  await world.clock.advance(14 * 60_000);
  await log.append(call("young"));
  assert.ok(log.recall("old"));
  await world.clock.advance(60 * 60_000);
  assert.ok(log.recall("young"), "an idle log forgets nothing");
  await log.append(call("a"));
  assert.deepEqual([log.recall("old"), log.recall("young")], [undefined, undefined]);
  await log.append(call("b"));
  await log.append(call("c"));
  await log.append(call("d"));
  assert.deepEqual([log.recall("a"), log.recall("b")?.firstOffset], [undefined, 3]);
  world.disk.powerLoss();
  log = await world.open();
  assert.deepEqual([log.recall("old"), log.recall("a"), log.recall("d")?.firstOffset], [undefined, undefined, 5]);
  await log.close();
});

test("the snapshot is a witness: a log that lost its end is refused, and so is a damaged snapshot", async () => {
  const world = new World({ segmentBytes: 16 * 1024 });
  const log = await world.open();
  for (let index = 0; index < 10; index++) await log.append(call(`call ${index}`));
  await log.close();
  const names = (await world.disk.list("/data/log")).filter((name) => name.endsWith(".seg"));
  const copy = world.disk.contentOf(`/data/log/${names.at(-1)}`);
  await world.disk.unlink(`/data/log/${names.at(-1)}`);
  await assert.rejects(world.open(), { code: "damaged", message: /ends at offset \d+, but records up to offset 10/ });
  const file = await world.disk.open(`/data/log/${names.at(-1)}`, "create");
  await file.write([copy], 0);
  world.disk.flipByte("/data/log/memory.snapshot", 50, 1);
  await assert.rejects(world.open(), { code: "damaged", message: /memory.snapshot/ });
});

test("arrival follows the wall clock forward, never back, and jumps are told", async () => {
  const world = new World();
  const log = await world.open();
  const first = await log.append(call("a"));
  world.clock.jump(-3_600_000);
  const second = await log.append(call("b"));
  assert.equal(second.arrivalMs, first.arrivalMs);
  world.clock.jump(2 * 3_600_000);
  const third = await log.append(call("c"));
  assert.equal(third.arrivalMs, first.arrivalMs + 3_600_000);
  const jumps = world.events.filter((event) => event.name === "log.clockJumped").map((event) => event.fields.jumpMs);
  assert.deepEqual(jumps, [-3_600_000, 7_200_000]);
  await log.close();
});

test("positions of sources outlive the segments that held them, whether power is lost before or after the release", async () => {
  for (const released of [false, true]) {
    const world = new World({ segmentBytes: 16 * 1024 });
    let log = await world.open();
    await log.append(pulled("quiet", 1));
    for (let index = 0; index < 30; index++) await log.append(pulled("busy", index));
    if (released) {
      await log.partitions()[0]?.release(25);
      assert.ok((log.partitions()[0]?.start ?? 0) > 20);
    }
    await log.append(pulled("busy", 30));
    world.disk.powerLoss();
    log = await world.open();
    assert.deepEqual([positionIn(log, "quiet"), positionIn(log, "busy")], ["1", "30"]);
    await log.close();
  }
});

test("ids of messages outlive the segments that held them and a loss of power, the last of them", async () => {
  const world = new World({ segmentBytes: 16 * 1024, messagesMax: 20 });
  let log = await world.open();
  const message = (index: number) => Buffer.alloc(16, index + 1);
  const append = (index: number) =>
    log.append({ records: packRecords([Buffer.alloc(1000, "x")]), messages: [message(index)] });
  for (let index = 0; index < 30; index++) await append(index);
  await log.partitions()[0]?.release(25);
  assert.ok((log.partitions()[0]?.start ?? 0) > 15);
  await append(30);
  world.disk.powerLoss();
  log = await world.open();
  const held = Array.from({ length: 31 }, (_, index) => index).filter((index) => log.holdsMessage(message(index)));
  assert.deepEqual([held.length, held[0], held.at(-1)], [20, 11, 30]);
  await log.close();
});

test("segments stay when the positions in them cannot be saved", async () => {
  const world = new World({ segmentBytes: 16 * 1024 });
  let log = await world.open();
  for (let index = 0; index < 10; index++) await log.append(pulled("queue", index));
  world.disk.failNext("datasync", "EIO", { pathPart: "memory" });
  await assert.rejects(log.partitions()[0]?.release(9) ?? Promise.resolve(), { code: "EIO" });
  assert.equal(log.partitions()[0]?.start, 0);
  world.disk.powerLoss();
  log = await world.open();
  assert.equal(positionIn(log, "queue"), "9");
  await log.close();
});

test("a crash at any operation leaves a position that goes with the records, at most one append behind", async () => {
  for (const how of ["power", "kill"] as const) {
    for (let crashAt = 1; crashAt < 120; crashAt += 3) {
      const world = new World({ segmentBytes: 16 * 1024 });
      let acknowledged = -1;
      world.disk.crashAt(world.disk.faults.count + crashAt, how);
      const live = async () => {
        const log = await world.open();
        for (let index = 0; index < 20; index++) {
          await log.append(pulled("queue", index));
          acknowledged = index;
          if (index % 6 === 5) await log.partitions()[0]?.release(index - 1);
        }
      };
      await live().catch(() => undefined);
      world.disk.heal();
      world.disk.processKill();
      const log = await world.open();
      const position = Number(positionIn(log, "queue") ?? -1);
      const end = log.partitions()[0]?.end ?? 0;
      assert.equal(position, end - 1, `crash ${crashAt} ${how}: position and records agree`);
      assert.ok(position >= acknowledged, `crash ${crashAt} ${how}: nothing acknowledged is pulled again`);
      await log.close();
    }
  }
});

test("only so many sources are remembered, those that appended last", async () => {
  const world = new World({ sourcesMax: 2 });
  let log = await world.open();
  for (const id of ["a", "b", "a", "c"]) await log.append(pulled(id, 1));
  const known = () => ["a", "b", "c"].map((id) => positionIn(log, id));
  assert.deepEqual(known(), ["1", undefined, "1"]);
  world.disk.powerLoss();
  log = await world.open();
  assert.deepEqual(known(), ["1", undefined, "1"]);
  await log.close();
});

function pulled(id: string, position: number) {
  const records = packRecords([Buffer.from(`${id} ${position}`)]);
  return { records, source: { id, position: Buffer.from(String(position)) } };
}

function positionIn(log: EmbeddedLog, id: string): string | undefined {
  const position = log.sourcePosition(id);
  return position && Buffer.from(position).toString();
}

function call(retryKey: string) {
  return { records: packRecords([Buffer.from(retryKey)]), retryKey };
}

class World {
  readonly clock = new PretendClock();
  readonly disk = new PretendDisk(seededRandom(5));
  readonly events: { name: string; fields: Record<string, unknown> }[] = [];
  readonly #random = seededRandom(6);
  readonly #defaults: Partial<EmbeddedLogOptions>;

  constructor(defaults: Partial<EmbeddedLogOptions> = {}) {
    this.#defaults = defaults;
  }

  open(): Promise<EmbeddedLog> {
    return EmbeddedLog.open({
      disk: this.disk.process(),
      clock: this.clock,
      random: this.#random,
      telemetry: {
        emit: (name: keyof EventCatalogue, fields: object) => {
          this.events.push({ name, fields: { ...fields } });
        },
      },
      directory: "/data/log",
      label: "orders",
      streamUid: STREAM_UID,
      segmentBytes: 128 * 1024,
      ...this.#defaults,
    });
  }
}
