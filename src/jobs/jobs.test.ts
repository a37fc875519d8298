import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { jobWorld } from "../../test/fakes/job-world.ts";
import { RUNS_KEPT } from "./job-book.ts";

test("a run by hand is queued, runs, and ends with its counters, its log and its events", async () => {
  const { jobs, define, held, settle, events } = await jobWorld();
  await define("nightly", { options: { answer: 7 } });
  const { id, state } = await jobs.start("nightly");
  assert.equal(state, "queued");
  await settle();
  assert.equal(jobs.run(id).state, "running");
  assert.deepEqual(held[0]?.options, { answer: 7 });
  held[0]?.run.log("half of it\nis done");
  held[0]?.run.progress(1, 2);
  assert.deepEqual(jobs.run(id).progress, { done: 1, total: 2 });
  await held[0]?.succeed({ rowsWritten: 3 });
  const { counters, ...ended } = jobs.run(id);
  assert.deepEqual([ended.state, ended.progress, counters], ["succeeded", undefined, { rowsWritten: 3 }]);
  assert.deepEqual(
    (await jobs.log(id)).map((line) => line.replace(/^\S+ /, "")),
    ["half of it", "is done"],
  );
  const told = { job: "nightly", kind: "held", run: id, attempt: 1 };
  assert.deepEqual(events("job.started"), [{ ...told, cause: "by hand" }]);
  assert.deepEqual(events("job.ended"), [{ ...told, state: "succeeded", durationMs: 0, message: "" }]);
});

test("a run that fails is tried again after a delay that doubles, and then stays failed", async () => {
  const { jobs, define, held, clock, settle } = await jobWorld();
  await define("nightly", { retries: 2, retryDelaySeconds: 10 });
  await jobs.start("nightly");
  await settle();
  await held[0]?.fail("the first");
  await clock.advance(9_000);
  assert.equal(held.length, 1);
  await clock.advance(2_000);
  await held[1]?.fail("the second");
  await clock.advance(19_000);
  assert.equal(held.length, 2);
  await clock.advance(2_000);
  await held[2]?.fail("the third");
  await clock.advance(100_000);
  const runs = jobs.runs("nightly").map(({ attempt, state, failure }) => [attempt, state, failure?.message]);
  assert.deepEqual(runs, [
    [3, "failed", "the third"],
    [2, "failed", "the second"],
    [1, "failed", "the first"],
  ]);
  assert.equal(jobs.get("nightly").lastFailed, jobs.runs("nightly")[0]?.id);
  assert.deepEqual((await jobs.log(jobs.runs("nightly")[0]?.id ?? "")).length, 1);
});

test("a run whose time is up is told so and timed out", async () => {
  const { jobs, define, held, clock, settle } = await jobWorld();
  await define("slow", { timeoutSeconds: 5 });
  const { id } = await jobs.start("slow");
  await settle();
  await clock.advance(5_000);
  assert.equal(held[0]?.run.signal.aborted, true);
  assert.equal(jobs.run(id).state, "timed-out");
  assert.match(jobs.run(id).failure?.message ?? "", /not done after 5 s/);
});

test("cancel ends a run under way, and one that is queued, for good", async () => {
  const { jobs, define, clock, settle, held } = await jobWorld();
  await define("nightly", { retries: 3 });
  const first = await jobs.start("nightly");
  const second = await jobs.start("nightly");
  assert.equal((await jobs.cancel(second.id)).state, "cancelled");
  assert.equal((await jobs.cancel(first.id)).state, "cancelled");
  await settle();
  await clock.advance(1_000_000);
  assert.equal(held.length, 1);
  assert.equal((await jobs.cancel(first.id)).state, "cancelled");
});

test("there is one run of a job at a time: another waits, a third is refused", async () => {
  const { jobs, define, held, settle, events } = await jobWorld();
  await define("one");
  await jobs.start("one");
  await jobs.start("one");
  await assert.rejects(jobs.start("one"), { code: "running", message: /a run is queued already/ });
  assert.equal(events("job.refused").length, 1);
  await settle();
  assert.equal(held.length, 1);
  await held[0]?.succeed();
  await settle();
  assert.equal(held.length, 2);
});

test("where overlap is skip a run is refused while another is under way", async () => {
  const { jobs, define, settle } = await jobWorld();
  await define("one", { overlap: "skip" });
  await jobs.start("one");
  await settle();
  await assert.rejects(jobs.start("one"), { code: "running", message: /a run is under way/ });
});

test("more runs than may be under way at a time wait in the order in which they came", async () => {
  const { jobs, define, held, settle, clock } = await jobWorld({ runsAtOnce: 1 });
  for (const name of ["c", "a", "b"]) {
    await define(name);
    await jobs.start(name);
    await clock.advance(10);
  }
  for (const expected of ["c", "a", "b"]) {
    assert.equal(held.at(-1)?.run.jobName, expected);
    await held.at(-1)?.succeed();
    await settle();
  }
});

test("after a crash a run under way is failed, and starts again where it has attempts left", async () => {
  const world = await jobWorld();
  await world.define("again", { retries: 1, retryDelaySeconds: 1 });
  await world.define("once");
  const again = await world.jobs.start("again");
  const once = await world.jobs.start("once");
  await world.settle();
  await world.held[0]?.run.state.write({ at: 5 });
  await world.restart();
  for (const { id } of [again, once]) {
    assert.equal(world.jobs.run(id).failure?.code, "server-stopped");
    assert.equal(world.jobs.run(id).state, "failed");
  }
  await world.clock.advance(2_000);
  assert.equal(world.held.length, 3);
  assert.equal(world.held[2]?.run.jobName, "again");
  assert.deepEqual(await world.held[2]?.run.state.read(), { at: 5 });
});

test("close calls runs off within its grace, though their work does not listen, and the next start tells", async () => {
  const deaf = { name: "deaf", description: "Listens to nobody.", options: z.unknown() };
  const world = await jobWorld({ kinds: [{ ...deaf, create: () => () => new Promise(() => undefined) }] });
  await world.define("d", { kind: "deaf" });
  const { id } = await world.jobs.start("d");
  await world.settle();
  const closed = world.jobs.close();
  await world.clock.advance(2_000);
  await closed;
  assert.equal(world.jobs.run(id).state, "running");
  await world.restart();
  assert.match(world.jobs.run(id).failure?.message ?? "", /server stopped/);
});

test("close calls off a run too that is being started at this moment", async () => {
  const { jobs, define, held, clock, disk } = await jobWorld();
  await define("nightly");
  let closed: Promise<void> | undefined;
  let writes = 0;
  disk.faults.before = ({ name }) => {
    // The first one queues the run, the second one starts it.
    if (name === "rename" && ++writes === 2) closed = jobs.close();
  };
  await jobs.start("nightly");
  await clock.advance(0);
  assert.ok(closed);
  await closed;
  assert.deepEqual(
    held.map(({ run }) => run.signal.aborted),
    [true],
  );
});

test("an end that cannot be written is written when the disk has room again", async () => {
  const { jobs, define, held, disk, clock, settle } = await jobWorld();
  await define("nightly");
  const { id } = await jobs.start("nightly");
  await settle();
  disk.failNext("write", "ENOSPC", { times: 3 });
  await held[0]?.succeed();
  assert.equal(jobs.run(id).state, "running");
  await clock.advance(60_000);
  assert.equal(jobs.run(id).state, "succeeded");
});

test("the history of a job is bounded, and so are the files", async () => {
  const { jobs, define, held, settle, disk, clock } = await jobWorld();
  await define("often");
  for (let count = 0; count < RUNS_KEPT + 3; count++) {
    await jobs.start("often");
    await settle();
    await held.at(-1)?.succeed();
    await clock.advance(1_000);
  }
  assert.equal(jobs.runs("often").length, RUNS_KEPT);
  assert.equal(disk.pathsBelow("/data/meta/jobs").length, RUNS_KEPT + 1);
});

test("define refuses unknown kinds, wrong options, unknown jobs and cycles, and names them", async () => {
  const { define, jobs } = await jobWorld();
  await assert.rejects(define("a", { kind: "magic" }), {
    code: "invalid",
    message: /a kind of job of held; got magic/,
  });
  await assert.rejects(define("a", { options: { answer: "x" } }), { message: /options\.answer: .*expected number/ });
  await assert.rejects(define("a", { triggers: [{ type: "after", jobs: ["b"] }] }), {
    message: /job b, which does not/,
  });
  await define("a");
  await define("b", { triggers: [{ type: "after", jobs: ["a"] }] });
  await define("c", { triggers: [{ type: "on-failure", job: "b" }] });
  await assert.rejects(define("a", { triggers: [{ type: "after", jobs: ["c"] }] }), {
    message: /a after c after b after a/,
  });
  await assert.rejects(define("a", { triggers: [{ type: "after", jobs: ["a"] }] }), { message: /a after a/ });
  await assert.rejects(jobs.delete("b"), { code: "in-use", message: /what c wait for/ });
  await jobs.delete("c");
  await jobs.delete("b");
  assert.deepEqual(
    jobs.list().map(({ definition }) => definition.name),
    ["a"],
  );
  assert.equal(jobs.get("a").version, 1);
});

test("a job that cannot be written holds up no other", async () => {
  const { jobs, define, held, clock, disk, settle } = await jobWorld();
  const triggers = [{ type: "schedule" as const, cron: "cron(* * * * ? *)", zone: "UTC" }];
  await define("a-bad", { triggers });
  await define("b-queued");
  await define("c-good", { triggers });
  await jobs.start("b-queued");
  await settle();
  await held[0]?.fail("once");
  await clock.advance(1_000);
  for (const name of ["a-bad", "b-queued"]) {
    disk.failNext("open", "EIO", { pathPart: jobs.get(name).uid, times: 1_000_000 });
  }
  await clock.advance(180_000);
  assert.deepEqual(
    held.map(({ run }) => run.jobName),
    ["b-queued", "c-good"],
  );
});

test("a retry does not wait for a clock that was wrong", async () => {
  const { jobs, define, held, clock, settle } = await jobWorld();
  await define("nightly", { retries: 1, retryDelaySeconds: 10 });
  clock.jump(365 * 86_400_000);
  await jobs.start("nightly");
  await settle();
  await held[0]?.fail("once");
  clock.jump(-365 * 86_400_000);
  await clock.advance(15_000);
  assert.equal(held.length, 2);
});
