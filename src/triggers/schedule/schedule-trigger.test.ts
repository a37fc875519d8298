import assert from "node:assert/strict";
import { test } from "node:test";
import { PretendClock } from "../../../test/fakes/pretend-clock.ts";
import { PretendDisk } from "../../../test/fakes/pretend-disk.ts";
import { noTriggers } from "../../../test/fakes/trigger-world.ts";
import { systemClock } from "../../std/clock.ts";
import { seededRandom } from "../../std/random.ts";
import { silentTelemetry } from "../../telemetry/telemetry.ts";
import { ObjectEvents } from "../objects/object-events.ts";
import { triggerSettingsSchema } from "../trigger-definition.ts";
import type { Triggers } from "../triggers.ts";
import { scheduleTrigger } from "./schedule-trigger.ts";

class ScheduleWorld {
  readonly clock = new PretendClock();
  readonly disk = new PretendDisk(seededRandom(1));
  readonly events: { time?: string; resources?: string[] }[] = [];

  async start(options: object): Promise<Triggers> {
    const world = {
      clock: this.clock,
      disk: this.disk.process(),
      random: seededRandom(2),
      telemetry: silentTelemetry,
    };
    const triggers = noTriggers({
      kinds: [scheduleTrigger],
      components: {
        ...world,
        readSecret: String,
        folder: "/",
        objectEvents: new ObjectEvents({ ...world, directory: "/data/object-events" }),
        accountId: "000000000000",
        region: "us-east-1",
      },
      openTarget: () => ({
        name: "the list",
        send: async (payload) => void this.events.push(JSON.parse(payload.toString())),
        close: async () => undefined,
      }),
    });
    const settings = triggerSettingsSchema.parse({ kind: "schedule", to: { function: "f" }, options });
    await triggers.begin([{ name: "hourly", ...settings }]);
    await this.settle();
    return triggers;
  }

  async settle(): Promise<void> {
    for (let turn = 0; turn < 20; turn++) await systemClock.sleep(1);
  }

  async pass(minutes: number): Promise<void> {
    for (let minute = 0; minute < minutes; minute++) {
      await this.clock.advance(60_000);
      await this.settle();
    }
  }
}

test("a schedule fires at its times, with the event of EventBridge", async () => {
  const world = new ScheduleWorld();
  const start = world.clock.now();
  const triggers = await world.start({ cron: "cron(0/2 * * * ? *)" });
  await world.pass(6);
  await triggers.close();
  assert.equal(world.events.length, 3);
  for (const { time = "" } of world.events) assert.equal(new Date(time).getUTCMinutes() % 2, 0);
  assert.ok(new Date(world.events[0]?.time ?? 0).getTime() > start);
  assert.deepEqual(world.events[0]?.resources, ["arn:aws:events:us-east-1:000000000000:rule/hourly"]);
});

test("times that were missed are made up for once", async () => {
  const world = new ScheduleWorld();
  const first = await world.start({ cron: "cron(* * * * ? *)" });
  await world.pass(2);
  await first.close();
  const before = world.events.length;
  await world.clock.advance(30 * 60_000);
  const second = await world.start({ cron: "cron(* * * * ? *)" });
  await world.settle();
  assert.equal(world.events.length, before + 1);
  await world.pass(1);
  assert.equal(world.events.length, before + 2);
  await second.close();
});

test("a schedule that is over stays, fires no more and fails at nothing", async () => {
  const world = new ScheduleWorld();
  const triggers = await world.start({ cron: "cron(0 0 1 1 ? 2025)" });
  await world.pass(2);
  const { state, warning, failure } = triggers.get("hourly") ?? {};
  assert.deepEqual([state, warning?.code, failure], ["reading", "schedule-over", undefined]);
  await triggers.close();
  assert.equal(world.events.length, 0);
});

test("an input stands for the event", async () => {
  const world = new ScheduleWorld();
  const triggers = await world.start({ cron: "cron(* * * * ? *)", input: { job: "close-the-day" } });
  await world.pass(1);
  await triggers.close();
  assert.deepEqual(world.events, [{ job: "close-the-day" }]);
});
