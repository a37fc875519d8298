import assert from "node:assert/strict";
import { test } from "node:test";
import { jobWorld } from "../../test/fakes/job-world.ts";

/**
 * The store of runs at every step of the disk: the process is killed, or power goes, during each of the operations that
 * a small life of a job takes, and the next process looks at what is left.
 */
type World = Awaited<ReturnType<typeof jobWorld>>;

/** What calls resolved to: promises that a crash may not break. */
interface Promised {
  defined: boolean;
  queued: string | undefined;
  succeeded: string | undefined;
  state: boolean;
}

async function life(world: World): Promise<Promised> {
  const promised: Promised = { defined: false, queued: undefined, succeeded: undefined, state: false };
  const trigger = { type: "after-crawler", crawler: "raw" } as const;
  await world.define("load", { triggers: [trigger], retries: 1, retryDelaySeconds: 1 }).then(
    () => {
      promised.defined = true;
    },
    () => undefined,
  );
  await world.jobs.start("load").then(
    ({ id }) => {
      promised.queued = id;
    },
    () => undefined,
  );
  await world.settle();
  await world.held[0]?.run.state.write({ at: 1 }).then(
    () => {
      promised.state = true;
    },
    () => undefined,
  );
  await world.held[0]?.succeed({ rows: 1 });
  await world.settle();
  const [run] = promised.queued === undefined ? [] : world.jobs.runs("load");
  if (run?.state === "succeeded") promised.succeeded = run.id;
  world.crawls.set("raw", "1");
  await world.clock.advance(2_000);
  await world.held[1]?.fail("broken");
  await world.clock.advance(5_000);
  await world.held[2]?.succeed();
  return promised;
}

for (const how of ["kill", "power"] as const) {
  test(`after a ${how} at any step everything that was promised is there, and each occasion has its run`, async () => {
    const whole = await jobWorld();
    const before = whole.disk.faults.count;
    await life(whole);
    const steps = whole.disk.faults.count - before;
    assert.equal(whole.jobs.runs("load").length, 3);
    assert.ok(steps > 60, `${steps} steps are too few to have been through all`);
    for (let step = 0; step < steps; step++) await crashAt(before + step, how);
  });
}

async function crashAt(step: number, how: "kill" | "power"): Promise<void> {
  const world = await jobWorld();
  world.disk.crashAt(step, how);
  const promised = await life(world);
  assert.equal(world.disk.crashPending, false, `step ${step}`);
  await world.restart();
  const place = `${how} at step ${step}`;
  const jobs = world.jobs.list().map(({ definition }) => definition.name);
  if (promised.defined) assert.deepEqual(jobs, ["load"], place);
  if (jobs.length === 0) return;
  if (promised.queued !== undefined) assert.ok(world.jobs.run(promised.queued), place);
  if (promised.succeeded !== undefined) assert.equal(world.jobs.run(promised.succeeded).state, "succeeded", place);
  await finishAll(world);
  const runs = world.jobs.runs("load");
  const firsts = runs.filter(({ attempt, cause }) => attempt === 1 && cause.startsWith("after-crawler"));
  assert.ok(firsts.length <= 1, `${place}: the crawl had ${firsts.length} runs`);
  if (promised.succeeded !== undefined) assert.equal(firsts.length, 1, `${place}: the crawl had no run`);
  assert.ok(
    runs.every(({ state }) => state === "succeeded" || state === "failed"),
    place,
  );
  assert.equal(new Set(runs.map(({ id }) => id)).size, runs.length, place);
  const failed = runs.filter(({ state, attempt }) => state === "failed" && attempt === 1).length;
  const again = runs.filter(({ attempt }) => attempt === 2).length;
  assert.equal(again, failed, `${place}: each failure is tried once more`);
  await world.jobs.start("load");
  await world.settle();
  if (promised.state) assert.deepEqual(await world.held.at(-1)?.run.state.read(), { at: 1 }, place);
}

/** Lets everything that is queued now run to a good end. */
async function finishAll(world: World): Promise<void> {
  for (let round = 0; round < 6; round++) {
    await world.clock.advance(2_000);
    for (const { succeed } of world.held) await succeed();
  }
}
