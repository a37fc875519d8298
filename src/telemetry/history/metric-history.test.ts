import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { PretendClock } from "../../../test/fakes/pretend-clock.ts";
import { PretendDisk } from "../../../test/fakes/pretend-disk.ts";
import { type HistoryWork, MetricHistory, TIERS } from "./metric-history.ts";
import { seriesKey } from "./series.ts";
import { statisticsOf } from "./statistics.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Midnight, which is where files of all tiers may begin. */
const START = Math.floor(Date.UTC(2026, 0, 10) / (15 * 24 * HOUR)) * 15 * 24 * HOUR;

const keyOf = (name: string) => seriesKey({ namespace: "N", name, unit: "Count", dimensions: { D: "x" } });
const VALUE = keyOf("value");

function world() {
  const clock = new PretendClock(START);
  const disk = new PretendDisk();
  const failures: string[] = [];
  let open: MetricHistory | undefined;
  const start = async (work: Partial<HistoryWork> = {}, tiers = TIERS) => {
    open = await MetricHistory.open({ clock, disk: disk.process(), directory: "/data/metrics", tiers });
    open.begin({
      sample: () => undefined,
      sampled: () => undefined,
      failed: (reason) => failures.push(reason),
      ...work,
    });
    return open;
  };
  return { clock, disk, failures, start, close: () => open?.close() };
}

async function openWorld(t: TestContext) {
  const made = world();
  t.after(() => made.close());
  return made;
}

async function sums(history: MetricHistory, periodMs: number, from = START, to = START + 30 * 24 * HOUR) {
  const found = await history.read({ from, to, periodMs, wanted: ({ name }) => name === "value" });
  return (found.get(VALUE) ?? []).map(({ at, sum }) => [(at - START) / MINUTE, sum]);
}

test("MetricHistory joins the values of a minute, and those of minutes for longer periods", async (t) => {
  const { clock, start } = await openWorld(t);
  const history = await start();
  for (const value of [5, 1, 3]) history.record(VALUE, value);
  await clock.advance(MINUTE);
  history.record(VALUE, 10);
  const wanted = { from: START, to: START + HOUR, wanted: () => true };
  const minutes = await history.read({ ...wanted, periodMs: MINUTE });
  assert.deepEqual(minutes.get(VALUE), [
    { at: START, sum: 9, count: 3, min: 1, max: 5 },
    { at: START + MINUTE, sum: 10, count: 1, min: 10, max: 10 },
  ]);
  const hours = await history.read({ ...wanted, periodMs: HOUR });
  assert.deepEqual(hours.get(VALUE), [{ at: START, sum: 19, count: 4, min: 1, max: 10 }]);
});

test("MetricHistory reads the same sums at any period, over days and over restarts of both kinds", async (t) => {
  const { clock, disk, start, close } = await openWorld(t);
  let history = await start();
  let expected = 0;
  for (let step = 0; step < 50; step++) {
    history.record(VALUE, step + 1);
    expected += step + 1;
    await clock.advance(37 * MINUTE);
    if (step % 10 === 4) {
      await close();
      history = await start();
    }
    if (step % 10 === 9) {
      disk.processKill();
      await close()?.catch(() => undefined);
      history = await start();
    }
  }
  for (const periodMs of [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 24 * HOUR]) {
    const total = (await sums(history, periodMs)).reduce((sum, [, value = 0]) => sum + value, 0);
    assert.equal(total, expected, `${periodMs / MINUTE} minutes`);
  }
});

test("MetricHistory goes on where a power failure has left it, with a part of the samples and no wrong one", async (t) => {
  const { clock, disk, start, close } = await openWorld(t);
  let history = await start();
  for (let minute = 0; minute < 30; minute++) {
    history.record(VALUE, minute);
    await clock.advance(MINUTE);
  }
  disk.powerLoss();
  await close()?.catch(() => undefined);
  history = await start();
  const kept = await sums(history, MINUTE);
  for (const [minute, sum] of kept) assert.equal(minute, sum);
  history.record(VALUE, 1000);
  await clock.advance(MINUTE);
  assert.deepEqual(await sums(history, MINUTE), [...kept, [30, 1000]]);
});

test("MetricHistory gives coarser periods for a time whose minutes are gone", async (t) => {
  const { clock, start } = await openWorld(t);
  const [minutes, fives, hours] = TIERS;
  assert.ok(fives !== undefined && hours !== undefined);
  const history = await start({}, [
    { ...minutes, keepMs: 3 * HOUR },
    { ...fives, fileMs: 3 * HOUR, keepMs: 9 * HOUR },
    hours,
  ]);
  for (let minute = 0; minute < 24 * 60; minute += 30) {
    history.record(VALUE, 1);
    await clock.advance(30 * MINUTE);
  }
  const found = await sums(history, MINUTE);
  assert.equal(
    found.reduce((sum, [, value = 0]) => sum + value, 0),
    48,
  );
  assert.deepEqual(found[0], [0, 2], "an hour for what is oldest");
  assert.deepEqual(found.at(-1), [24 * 60 - 30, 1], "minutes for what is newest");
});

test("MetricHistory stays within its bytes: the oldest file goes, and one that is too large takes no more", async (t) => {
  const { clock, disk, failures, start } = await openWorld(t);
  const [minutes, ...others] = TIERS;
  const history = await start({}, [{ ...minutes, bytesMax: 5000 }, ...others]);
  const bytes = async () => {
    let sum = 0;
    for (const name of await disk.list("/data/metrics/minute")) {
      sum += (await disk.stat(`/data/metrics/minute/${name}`))?.bytes ?? 0;
    }
    return sum;
  };
  for (let minute = 0; minute < 10 * 60; minute++) {
    history.record(VALUE, 1);
    await clock.advance(MINUTE);
    assert.ok((await bytes()) <= 5000);
  }
  assert.deepEqual(failures, []);
  assert.equal((await disk.list("/data/metrics/minute")).length, 2);
  assert.equal((await sums(history, HOUR)).length, 10, "hours have their own room");
  for (let number = 0; number < 100; number++) history.record(keyOf(`${"long".repeat(10)}${number}`), 1);
  await clock.advance(MINUTE);
  assert.ok((await bytes()) <= 5000);
  assert.match(failures[0] ?? "", /too many series/);
});

test("MetricHistory loses the minutes of a full disk, says so, and goes on", async (t) => {
  const { clock, disk, failures, start } = await openWorld(t);
  const history = await start();
  history.record(VALUE, 1);
  await clock.advance(MINUTE);
  disk.failNext("write", "ENOSPC");
  history.record(VALUE, 2);
  await clock.advance(MINUTE);
  assert.match(failures.join(), /ENOSPC/);
  history.record(VALUE, 3);
  await clock.advance(MINUTE);
  assert.deepEqual(await sums(history, MINUTE), [
    [0, 1],
    [2, 3],
  ]);
});

test("MetricHistory takes samples of other minutes, and refuses more series than it has room for", async (t) => {
  const { clock, start } = await openWorld(t);
  const history = await start();
  await clock.advance(2 * HOUR);
  assert.ok(history.add(VALUE, statisticsOf(4), START + 10 * MINUTE));
  assert.ok(history.add(VALUE, statisticsOf(6), START - 40 * HOUR));
  await clock.advance(MINUTE);
  assert.deepEqual(await sums(history, MINUTE, START - 50 * HOUR), [
    [-40 * 60, 6],
    [10, 4],
  ]);
  const taken = Array.from({ length: 10_001 }, (_, number) =>
    history.add(keyOf(String(number)), statisticsOf(1), clock.now()),
  );
  assert.deepEqual([taken.filter(Boolean).length, taken.at(-1)], [10_000, false]);
});

test("MetricHistory lists its series, also those of before a restart", async (t) => {
  const { clock, start, close } = await openWorld(t);
  const history = await start();
  history.record(VALUE, 1);
  await clock.advance(HOUR);
  await close();
  const again = await start();
  again.record(keyOf("other"), 1);
  assert.deepEqual(
    (await again.series()).map(({ name }) => name),
    ["other", "value"],
  );
});

test("MetricHistory asks for what is measured once a minute, and tells when it can be read", async (t) => {
  const { clock, start } = await openWorld(t);
  const told: unknown[] = [];
  const history = await start({
    sample: (at) => void history.add(VALUE, statisticsOf(8), at),
    sampled: async (at) => void told.push((at - START) / MINUTE, await sums(history, MINUTE)),
  });
  await clock.advance(MINUTE);
  assert.deepEqual(told, [0, [[0, 8]]]);
});
