import assert from "node:assert/strict";
import { test } from "node:test";
import { PretendClock } from "../../../test/fakes/pretend-clock.ts";
import { PretendDisk } from "../../../test/fakes/pretend-disk.ts";
import { seededRandom } from "../../std/random.ts";
import { silentTelemetry } from "../../telemetry/telemetry.ts";
import { Journal, type JournalOptions } from "./journal.ts";
import type { CutRecord, Intent, JournalRecord, OpenRecord, Plan } from "./journal-records.ts";
import { JournalState } from "./journal-state.ts";

const open: OpenRecord = {
  type: "open",
  journalFormat: 1,
  logIncarnation: "aa".repeat(16),
  streamUid: "bb".repeat(16),
  deliveryId: "destinationId-000000000001",
  partition: 0,
  startPosition: 0,
  at: 1_000,
};

const plan: Plan = {
  number: 1,
  versionId: "1",
  position: 0,
  streamName: "s",
  pure: true,
  definition: {
    id: open.deliveryId,
    kind: "primary",
    processors: [],
    format: { type: "raw", options: {} },
    compression: { type: "none" },
    naming: { timeZone: "UTC" },
    target: { type: "object-store", options: { bucket: "b" } },
    roll: {},
  },
};

function intent(ordinal: number, from: number, to: number): Intent {
  return {
    parcelId: `parcel-${ordinal}`,
    ordinal,
    accumulatorId: ordinal,
    key: { kind: "data", split: "" },
    from,
    to,
    records: to - from,
    bytes: 10 * (to - from),
    oldestMs: 1_000,
    newestMs: 2_000,
    digest: 7,
    plan: 1,
    name: `name-${ordinal}`,
    cause: "size",
  };
}

function cut(
  readPosition: number,
  intents: readonly Intent[],
  accumulators: CutRecord["accumulators"] = [],
): CutRecord {
  return {
    type: "cut",
    readPosition,
    stagingEnd: 0,
    accumulators,
    intents,
    counters: { read: readPosition, kept: readPosition, dropped: 0, rejected: 0 },
  };
}

function accumulator(id: number, firstOffset: number, lastOffset: number): CutRecord["accumulators"][number] {
  const { accumulatorId, from, to, parcelId, ordinal, name, cause, ...shared } = intent(
    id,
    firstOffset - 1,
    lastOffset,
  );
  return { ...shared, id: accumulatorId, firstOffset: from + 1, lastOffset: to, openedAt: 1_000 };
}

function receipt(parcelId: string): JournalRecord {
  return { type: "receipt", parcelId, epoch: 1, outcome: "delivered", etag: "e", bytes: 5, at: 3_000 };
}

const history: JournalRecord[] = [
  open,
  { type: "owner", epoch: 1 },
  { type: "plan", plan },
  cut(10, [intent(0, -1, 3)], [accumulator(1, 4, 9)]),
  { type: "encoded", parcelId: "parcel-0", file: "/f", bytes: 5, checksum: 7 },
  cut(20, [intent(1, 3, 9)], [accumulator(2, 10, 19)]),
  receipt("parcel-0"),
];

test("a journal folds every prefix of its records to a valid state", () => {
  const holds = [];
  const state = new JournalState();
  for (const record of history) {
    state.fold(record);
    holds.push(state.hold);
  }
  assert.deepEqual(holds, [0, 0, 0, 0, 0, 0, 4]);
  assert.equal(state.deliveredRecords, 4);
  assert.deepEqual([...state.parcels.keys()], ["parcel-1"]);
});

test("a journal refuses records that break its laws", () => {
  const after = (records: JournalRecord[], last: JournalRecord) => {
    const state = new JournalState();
    for (const record of records) state.fold(record);
    return () => state.fold(last);
  };
  assert.throws(after([], { type: "owner", epoch: 1 }), /begins with its open record/);
  assert.throws(after(history, receipt("parcel-0")), /has an intent and no receipt yet/);
  assert.throws(after(history, cut(19, [])), /never falls/);
  assert.throws(after(history, cut(21, [intent(3, 8, 12)])), /do not overlap/);
  assert.throws(after(history, cut(21, [intent(1, 9, 12)])), /ordinals rise/);
  assert.throws(after(history, { type: "owner", epoch: 1 }), /epochs rise/);
});

test("a snapshot folds to the state that it was taken from", () => {
  const state = new JournalState();
  const lost = { type: "encoded" as const, parcelId: "parcel-1", file: "/g", bytes: 6, checksum: 8 };
  for (const record of [...history, lost, { ...lost, file: "/h", bytes: 9 }]) state.fold(record);
  const copy = new JournalState();
  for (const record of state.snapshot()) copy.fold(record);
  assert.deepEqual(copy.snapshot(), state.snapshot());
  assert.deepEqual(copy.parcels.get("parcel-1")?.encodedBefore, [lost]);
  assert.equal(copy.hold, state.hold);
  assert.equal(copy.deliveredRecords, state.deliveredRecords);
  assert.equal(copy.nextOrdinal, state.nextOrdinal);
});

function journalOptions(disk: PretendDisk): JournalOptions {
  return {
    disk: disk.process(),
    clock: new PretendClock(),
    random: seededRandom(3),
    telemetry: silentTelemetry,
    label: "s/d",
    streamUid: open.streamUid,
    directory: "/data/journal",
    encrypted: () => false,
    generationBytesMax: 100_000,
  };
}

test("a journal survives a power loss after every append", async () => {
  const disk = new PretendDisk(seededRandom(5));
  const signal = new AbortController().signal;
  await Journal.create(journalOptions(disk), history.slice(0, 1));
  const expected = new JournalState();
  expected.fold(open);
  for (const record of history.slice(1)) {
    disk.powerLoss();
    const journal = await Journal.open(journalOptions(disk));
    assert.ok(journal);
    assert.equal(journal.state.hold, expected.hold);
    assert.equal(journal.state.nextOrdinal, expected.nextOrdinal);
    await journal.append(record, signal);
    expected.fold(record);
  }
});

test("a journal that has grown is replaced by a short one, at any crash whole", async () => {
  const grow = async (disk: PretendDisk) => {
    const signal = new AbortController().signal;
    const journal = (await Journal.open(journalOptions(disk))) ?? (await Journal.create(journalOptions(disk), history));
    const padding = cut(
      20,
      [],
      Array.from({ length: 2_000 }, (_, id) => accumulator(id + 10, 10, 19)),
    );
    await journal.append(padding, signal);
    await journal.append(cut(20, []), signal);
    return journal;
  };
  const whole = new PretendDisk(seededRandom(6));
  const first = await grow(whole);
  const before = whole.faults.count;
  await first.compactWhenGrown();
  const operations = whole.faults.count - before;
  assert.ok(operations > 0, "the journal was replaced");
  for (let crash = 1; crash <= operations; crash += Math.ceil(operations / 12)) {
    const disk = new PretendDisk(seededRandom(crash));
    const journal = await grow(disk);
    disk.crashAt(disk.faults.count + crash, "power");
    await journal.compactWhenGrown().catch(() => undefined);
    if (disk.crashPending) disk.powerLoss();
    const again = await Journal.open(journalOptions(disk));
    assert.equal(again?.state.readPosition, 20);
    assert.equal(again?.state.accumulators.size, first.state.accumulators.size);
  }
});
