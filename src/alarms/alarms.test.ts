import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { PretendClock } from "../../test/fakes/pretend-clock.ts";
import { PretendDisk } from "../../test/fakes/pretend-disk.ts";
import { seededRandom } from "../std/random.ts";
import { MetricHistory } from "../telemetry/history/metric-history.ts";
import { statisticsOf } from "../telemetry/history/statistics.ts";
import { streamSeriesKey } from "../telemetry/history/stream-series.ts";
import type { AlarmNotification } from "./alarm-records.ts";
import { alarmsSection } from "./alarm-section.ts";
import { Alarms } from "./alarms.ts";

const MINUTE = 60_000;
const RULE = { measure: "freshness-seconds", above: 100, periods: 2 };
const WEBHOOK = { webhook: { url: "https://example.com/hook" } };

interface Told extends AlarmNotification {
  readonly target: string;
}

/** A server without its streams: a history, alarms over it, targets that remember what they were told. */
async function world(t: TestContext, section: object = { rules: { late: RULE }, targets: { ops: WEBHOOK } }) {
  const clock = new PretendClock();
  const disk = new PretendDisk();
  const random = seededRandom(3);
  const told: Told[] = [];
  const renewed: string[][] = [];
  const events: string[] = [];
  const here = { streams: ["clicks", "orders"], failing: false, section };
  const history = await MetricHistory.open({ clock, disk: new PretendDisk(), directory: "/metrics" });
  let alarms: Alarms | undefined;
  const start = async () => {
    let opened = 0;
    alarms = await Alarms.open({
      settings: alarmsSection.parse(here.section),
      directory: "/data/meta/alarms",
      history,
      streams: () => here.streams,
      openTarget: () => {
        const target = Object.keys(alarmsSection.parse(here.section).targets)[opened++] ?? "";
        return {
          name: target,
          send: async (notification) => {
            if (here.failing) throw new Error("nobody there");
            told.push({ ...notification, target });
          },
          renew: async (active) => void renewed.push(active.map(({ stream }) => stream)),
          close: async () => undefined,
        };
      },
      clock,
      disk: disk.process(),
      random,
      telemetry: { emit: (name) => void events.push(name) },
    });
    return alarms;
  };
  t.after(async () => alarms?.close());
  /** A minute in which this was measured of streams, and the look at its end. */
  const minute = async (values: Readonly<Record<string, number>>, metric = "DataFreshness") => {
    const at = clock.now();
    for (const [stream, value] of Object.entries(values)) {
      history.add(streamSeriesKey(stream, metric), statisticsOf(value), at);
    }
    await clock.advance(MINUTE);
    await alarms?.evaluate(at);
    await clock.advance(0);
  };
  const seen = () => told.splice(0).map(({ target, stream, state }) => `${target} ${stream} ${state}`);
  return { clock, disk, here, told, renewed, events, start, minute, seen };
}

test("Alarms goes on when all periods are above, is told once, and tells when it is over", async (t) => {
  const { start, minute, seen, told, events } = await world(t);
  const alarms = await start();
  await minute({ clicks: 500, orders: 1 });
  assert.deepEqual(seen(), [], "one period of two");
  await minute({ clicks: 600, orders: 1 });
  const [notification] = told;
  assert.match(notification?.message ?? "", /freshness-seconds of stream clicks is 600, above 100 for 2 min/);
  assert.deepEqual(seen(), ["ops clicks alarm"]);
  await minute({ clicks: 700, orders: 1 });
  assert.deepEqual(seen(), []);
  assert.deepEqual(
    alarms.list().map(({ stream, state, value }) => [stream, state, value]),
    [
      ["clicks", "alarm", 700],
      ["orders", "ok", 1],
    ],
  );
  await minute({ clicks: 100, orders: 1 });
  const [over] = told;
  assert.equal(over?.beganAt, notification?.at);
  assert.notEqual(over?.id, notification?.id);
  assert.deepEqual(seen(), ["ops clicks ok"]);
  assert.deepEqual(events, ["alarm.raised", "alarm.ended"]);
});

test("Alarms stays as it is while nobody knows", async (t) => {
  const { start, minute, seen } = await world(t);
  await start();
  await minute({ clicks: 500 });
  await minute({});
  await minute({ clicks: 500 });
  assert.deepEqual(seen(), [], "two periods in a row are asked for");
  await minute({ clicks: 500 });
  assert.deepEqual(seen(), ["ops clicks alarm"]);
  await minute({});
  await minute({});
  assert.deepEqual(seen(), []);
  await minute({ clicks: 0 });
  assert.deepEqual(seen(), ["ops clicks ok"]);
});

test("Alarms looks at longer periods when they end, and at the streams that a rule names", async (t) => {
  const section = {
    rules: { share: { measure: "error-percent", above: 10, periods: 1, periodMinutes: 5, streams: ["cl*"] } },
    targets: { ops: WEBHOOK },
  };
  const { start, minute, seen } = await world(t, section);
  const alarms = await start();
  for (let count = 0; count < 4; count++) {
    await minute({ clicks: 5, orders: 5 }, "RejectedRecords");
    assert.deepEqual(seen(), []);
  }
  await minute({ clicks: 80 }, "DeliveredRecords");
  assert.deepEqual(seen(), ["ops clicks alarm"]);
  assert.deepEqual(
    alarms.list().map(({ stream, value }) => [stream, value]),
    [["clicks", 20]],
  );
});

test("Alarms goes on across a restart, and does not tell what was told", async (t) => {
  const { start, minute, seen, disk } = await world(t);
  await start();
  await minute({ clicks: 500 });
  await minute({ clicks: 500 });
  assert.deepEqual(seen(), ["ops clicks alarm"]);
  disk.powerLoss();
  const again = await start();
  await minute({ clicks: 500 });
  assert.deepEqual([seen(), again.list()[0]?.state], [[], "alarm"]);
  await minute({ clicks: 5 });
  assert.deepEqual(seen(), ["ops clicks ok"]);
});

test("Alarms tells what a target did not take, in order and under the same ids, also after a restart", async (t) => {
  const { start, minute, told, here, clock, events } = await world(t);
  const first = await start();
  here.failing = true;
  await minute({ clicks: 500 });
  await minute({ clicks: 500 });
  await minute({ clicks: 5 });
  assert.equal(first.targets()[0]?.waiting, 2);
  assert.match(first.targets()[0]?.failure?.message ?? "", /nobody there/);
  assert.ok(events.filter((name) => name === "alarm.notificationFailed").length > 2, "it is tried again");
  await first.close();
  here.failing = false;
  const second = await start();
  await clock.advance(MINUTE);
  assert.deepEqual(
    told.map(({ state }) => state),
    ["alarm", "ok"],
  );
  assert.equal(second.targets()[0]?.waiting, 0);
});

test("Alarms gives up what nobody has taken for a day", async (t) => {
  const { start, minute, told, here, clock } = await world(t);
  const alarms = await start();
  here.failing = true;
  await minute({ clicks: 500 });
  await minute({ clicks: 500 });
  await clock.advance(25 * 60 * MINUTE);
  assert.equal(alarms.targets()[0]?.waiting, 0);
  assert.deepEqual(told, []);
});

test("Alarms has one id for each transition, wherever a crash comes", async (t) => {
  let crashed = 0;
  for (let index = 0; index < 40; index++) {
    const { start, minute, told, disk } = await world(t);
    const first = await start();
    disk.crashAt(disk.faults.count + index, index % 2 === 0 ? "power" : "kill");
    for (let count = 0; count < 3; count++) await minute({ clicks: 500 }).catch(() => undefined);
    if (!disk.crashPending) crashed++;
    disk.heal();
    await first.close();
    await start();
    for (let count = 0; count < 2; count++) await minute({ clicks: 500 });
    const ids = new Set(told.map(({ id }) => id));
    assert.deepEqual([ids.size, told.length <= 2], [1, true], `crash at ${index}`);
  }
  assert.ok(crashed > 5, `${crashed} crashes`);
});

test("Alarms ends those whose stream, rule or target is gone", async (t) => {
  const section = { rules: { late: RULE, later: { ...RULE, to: ["ops"] } }, targets: { ops: WEBHOOK, gone: WEBHOOK } };
  const { start, minute, seen, here } = await world(t, section);
  const first = await start();
  await minute({ clicks: 500, orders: 500 });
  await minute({ clicks: 500, orders: 500 });
  assert.deepEqual(seen().sort(), [
    "gone clicks alarm",
    "gone orders alarm",
    "ops clicks alarm",
    "ops clicks alarm",
    "ops orders alarm",
    "ops orders alarm",
  ]);
  await first.close();
  here.streams = ["clicks"];
  here.section = { rules: { late: RULE }, targets: { ops: WEBHOOK } };
  const second = await start();
  await minute({ clicks: 500 });
  assert.deepEqual(seen().sort(), ["ops clicks ok", "ops orders ok", "ops orders ok"]);
  assert.deepEqual(
    second.list().map(({ rule, state }) => [rule, state]),
    [["late", "alarm"]],
  );
});

test("Alarms renews what is on every minute, and nothing else", async (t) => {
  const { start, minute, renewed } = await world(t);
  await start();
  await minute({ clicks: 500, orders: 1 });
  await minute({ clicks: 500, orders: 1 });
  await minute({ clicks: 500, orders: 1 });
  await minute({ clicks: 5, orders: 1 });
  assert.deepEqual(renewed, [["clicks"], ["clicks"]]);
});

test("Alarms refuses to start with a damaged file, and says what to do", async (t) => {
  const { start, disk } = await world(t);
  await (await start()).close();
  const file = await disk.open("/data/meta/alarms/alarms.json", "create");
  await file.write([Buffer.from('{"alarms": [{}]}')], 0);
  await assert.rejects(start(), /damaged-alarms|is damaged: restore it/);
});

test("the section alarms says what is wrong with it", () => {
  const refused = [
    { rules: { late: { ...RULE, measure: "lateness" } } },
    { rules: { late: { ...RULE, to: ["nobody"] } } },
    { rules: { late: { ...RULE, periods: 1000, periodMinutes: 1440 } } },
    { rules: { "la te": RULE } },
    { targets: { ops: { alertmanager: { url: "ftp://x" } } } },
  ];
  for (const section of refused) assert.equal(alarmsSection.safeParse(section).success, false, JSON.stringify(section));
  assert.deepEqual(alarmsSection.parse(undefined), { rules: {}, targets: {} });
});
