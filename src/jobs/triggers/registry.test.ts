import assert from "node:assert/strict";
import { test } from "node:test";
import { jobWorld } from "../../../test/fakes/job-world.ts";
import { triggerSchemas, triggerTypes } from "./registry.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

type World = Awaited<ReturnType<typeof jobWorld>>;

/** Runs a job by hand and lets it end. */
async function runOf({ jobs, settle, held }: World, name: string, failure?: string): Promise<void> {
  await jobs.start(name);
  await settle();
  const work = held.findLast(({ run }) => run.jobName === name);
  await (failure === undefined ? work?.succeed() : work?.fail(failure));
}

const startsOf = ({ held }: World, name: string) => held.filter(({ run }) => run.jobName === name).length;

test("each trigger has a schema of its type", () => {
  assert.deepEqual(
    triggerTypes.map(({ type }) => type),
    triggerSchemas.map((schema) => schema.shape.type.value),
  );
});

test("schedule runs a job when it is due, and makes up once for what was missed", async () => {
  const world = await jobWorld();
  await world.define("nightly", { triggers: [{ type: "schedule", cron: "cron(0 13 * * ? *)" }], overlap: "skip" });
  await world.clock.advance(HOUR_MS - 1_000);
  assert.equal(world.held.length, 0);
  await world.look();
  assert.equal(world.held[0]?.run.occasion?.at, Date.UTC(2026, 10, 21, 13));
  await world.held[0]?.succeed();
  await world.look();
  assert.equal(world.held.length, 1);
  world.disk.processKill();
  world.clock.jump(3 * DAY_MS);
  await world.restart();
  await world.look();
  assert.equal(world.held.length, 2);
  assert.equal(world.held[1]?.run.occasion?.at, Date.UTC(2026, 10, 24, 13));
});

test("schedule goes by the clocks of its zone, and a wall clock that is set back a little repeats nothing", async () => {
  const world = await jobWorld();
  const trigger = { type: "schedule", cron: "cron(0 14 * * ? *)", zone: "Europe/Berlin" } as const;
  await world.define("berlin", { triggers: [trigger] });
  await world.clock.advance(HOUR_MS);
  assert.equal(world.held.length, 1);
  await world.held[0]?.succeed();
  world.clock.jump(-30 * MINUTE_MS);
  await world.clock.advance(40 * MINUTE_MS);
  assert.equal(world.held.length, 1);
  world.clock.jump(-10 * DAY_MS - 20 * MINUTE_MS);
  await world.clock.advance(HOUR_MS);
  assert.equal(world.held.length, 2);
});

test("a schedule that comes while a run is under way is skipped or queued, as the job has it", async () => {
  const world = await jobWorld();
  const triggers = [{ type: "schedule", cron: "cron(* * * * ? *)" }] as const;
  await world.define("skips", { triggers: [...triggers], overlap: "skip" });
  await world.define("queues", { triggers: [...triggers] });
  await world.clock.advance(3 * MINUTE_MS);
  const live = (name: string) => world.jobs.get(name).live.map(({ state }) => state);
  assert.deepEqual(live("skips"), ["running"]);
  assert.deepEqual(live("queues"), ["running", "queued"]);
  assert.equal(world.events("job.skipped").length, 3);
});

test("after-crawler runs a job for each crawl that succeeds after it was defined", async () => {
  const world = await jobWorld();
  world.crawls.set("raw", "1");
  await world.define("load", { triggers: [{ type: "after-crawler", crawler: "raw" }] });
  await world.look();
  assert.equal(world.held.length, 0);
  world.crawls.set("raw", "2");
  await world.look();
  await world.look();
  assert.equal(world.held.length, 1);
});

test("after waits for all of its jobs since its last run, or for any", async () => {
  const world = await jobWorld();
  await world.define("a");
  await world.define("b");
  await world.define("all", { triggers: [{ type: "after", jobs: ["a", "b"] }] });
  await world.define("any", { triggers: [{ type: "after", jobs: ["a", "b"], match: "any" }] });
  await runOf(world, "a");
  await world.look();
  assert.deepEqual([startsOf(world, "all"), startsOf(world, "any")], [0, 1]);
  await world.held.at(-1)?.succeed();
  await runOf(world, "all");
  await runOf(world, "b");
  await world.look();
  assert.equal(startsOf(world, "all"), 1, "its run by hand has seen what a did");
  await world.held.findLast(({ run }) => run.jobName === "any")?.succeed();
  await runOf(world, "a");
  await world.look();
  assert.equal(startsOf(world, "all"), 2);
});

test("on-failure runs once for a failure that has no attempt left", async () => {
  const world = await jobWorld();
  await world.define("load", { retries: 1, retryDelaySeconds: 1 });
  await world.define("alarm", { triggers: [{ type: "on-failure", job: "load" }] });
  await runOf(world, "load", "the first");
  await world.clock.advance(2_000);
  assert.equal(startsOf(world, "alarm"), 0);
  await world.held.at(-1)?.fail("the second");
  await world.look();
  await world.look();
  assert.equal(startsOf(world, "alarm"), 1);
});

test("after-files counts each file of its table once, also across a restart", async () => {
  const world = await jobWorld();
  await world.define("compact", { triggers: [{ type: "after-files", table: "Sales.Orders", count: 3 }] });
  const landed = (...keys: string[]) =>
    world.jobs.filesLanded(keys.map((key) => ({ table: "sales.orders", bucket: "lake", key })));
  await landed("1", "2", "2");
  await landed("1", "2");
  await world.jobs.filesLanded([{ table: "sales.others", bucket: "lake", key: "x" }]);
  await world.restart();
  await landed("2");
  await world.look();
  assert.equal(world.held.length, 0);
  await landed("3");
  await world.look();
  await world.look();
  assert.equal(world.held.length, 1);
});

test("day-complete runs once when all that arrived on a day has been delivered, and says which day", async () => {
  const world = await jobWorld();
  world.streams.set("clicks", { end: 100, hold: 90 });
  await world.define("daily", { triggers: [{ type: "day-complete", stream: "clicks" }] });
  await world.clock.advance(12 * HOUR_MS);
  assert.equal(world.held.length, 0);
  world.streams.set("clicks", { end: 120, hold: 110 });
  await world.clock.advance(2 * MINUTE_MS);
  world.streams.set("clicks", { end: 200, hold: 119 });
  await world.look();
  assert.equal(world.held.length, 0);
  world.streams.set("clicks", { end: 200, hold: 120 });
  await world.look();
  assert.equal(world.held[0]?.run.occasion?.day, "2026-11-21");
  await world.held[0]?.succeed();
  await world.clock.advance(HOUR_MS);
  assert.equal(world.held.length, 1);
});

test("day-complete waits while nobody knows how far a stream is, and names the last of several days", async () => {
  const world = await jobWorld();
  await world.define("daily", { triggers: [{ type: "day-complete", stream: "clicks", zone: "Asia/Tokyo" }] });
  world.clock.jump(3 * DAY_MS);
  await world.look();
  world.streams.set("clicks", { end: 5, hold: 5 });
  await world.look();
  await world.look();
  await world.look();
  assert.deepEqual(
    world.held.map(({ run }) => run.occasion?.day),
    ["2026-11-23"],
  );
});

test("what happens while a job is disabled is not made up for", async () => {
  const world = await jobWorld();
  const triggers = [{ type: "after-crawler", crawler: "raw" }] as const;
  await world.define("load", { triggers: [...triggers], enabled: false });
  world.crawls.set("raw", "1");
  await world.look();
  await world.define("load", { triggers: [...triggers] });
  await world.look();
  assert.equal(world.held.length, 0);
  world.crawls.set("raw", "2");
  await world.define("load", { triggers: [...triggers], description: "a change leaves triggers as they are" });
  await world.look();
  assert.equal(world.held.length, 1);
});
