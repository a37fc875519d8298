import assert from "node:assert/strict";
import { test } from "node:test";
import type { Appended, AppendRequest, Log, RecalledAnswer } from "../log/log.ts";
import { LogError } from "../log/log-error.ts";
import { packRecords, recordAt, recordCount } from "../model/records.ts";
import type { Clock } from "../std/clock.ts";
import { silentTelemetry } from "../telemetry/telemetry.ts";
import { StreamIntake } from "./intake.ts";
import type { StreamSettings } from "./settings.ts";
import { StreamError } from "./stream-error.ts";
import type { IntakeCall, StreamDocument } from "./streams.ts";

/** Appends wait until `sync`, as they do while an `fdatasync` runs. */
class FakeLog implements Pick<Log, "append" | "recall"> {
  readonly appended: AppendRequest[] = [];
  readonly #remembered = new Map<string, RecalledAnswer>();
  #waiting: (() => void)[] = [];
  #end = 0;
  failing = false;
  unknown = false;
  autoSync = true;

  async append(request: AppendRequest): Promise<Appended> {
    if (!this.autoSync) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.failing) throw new LogError("append-failed", "no room");
    if (this.unknown) throw new LogError("outcome-unknown", "nobody knows");
    this.appended.push(request);
    const answer = { partition: 0, firstOffset: this.#end, arrivalMs: 1 };
    const count = recordCount(request.records);
    this.#end += count;
    if (request.retryKey !== undefined && request.answer !== undefined) {
      this.#remembered.set(request.retryKey, { ...answer, recordCount: count, answer: request.answer });
    }
    return answer;
  }

  recall(retryKey: string) {
    return this.#remembered.get(retryKey);
  }

  sync(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

function setUp(options: { settings?: StreamSettings; budgetBytes?: number; usedBytes?: () => number } = {}) {
  const log = new FakeLog();
  const failures: string[] = [];
  let ms = 0;
  const clock: Clock = { now: () => ms, monotonic: () => ms, sleep: async () => undefined };
  const document = { name: "s", encryption: { status: "DISABLED", toggledAt: [] } } as unknown as StreamDocument;
  const make = () =>
    new StreamIntake({
      log: log as unknown as Log,
      stream: () => document,
      settings: () => options.settings ?? {},
      budgetBytes: () => options.budgetBytes ?? 1e9,
      usedBytes: options.usedBytes ?? (() => 0),
      clock,
      telemetry: silentTelemetry,
      failStop: ({ code }) => failures.push(code),
    });
  const pass = (passed: number) => {
    ms += passed;
  };
  return { log, intake: make(), make, pass, failures };
}

const call = (texts: string[], more: Partial<IntakeCall> = {}): IntakeCall => ({
  records: packRecords(texts.map((text) => Buffer.from(text))),
  call: "PutRecordBatch",
  ...more,
});

const slowDown = (error: unknown) => error instanceof StreamError && error.code === "slow-down";

test("accept() appends everything and answers with the offsets", async () => {
  const { intake, log } = setUp();
  const first = await intake.accept(call(["a", "b"]));
  assert.deepEqual(first, { records: 2, partition: 0, firstOffset: 0, refused: [], encrypted: false, repeated: false });
  assert.equal((await intake.accept(call(["c"]))).firstOffset, 2);
  assert.equal(log.appended.length, 2);
});

test("accept() answers a retry from the log, without appending, also after a restart", async () => {
  const { intake, log, make } = setUp();
  const first = await intake.accept(call(["a", "b"], { retryKey: "k" }));
  assert.deepEqual(await intake.accept(call(["a", "b"], { retryKey: "k" })), { ...first, repeated: true });
  assert.deepEqual(await make().accept(call(["a", "b"], { retryKey: "k" })), { ...first, repeated: true });
  assert.equal(log.appended.length, 1);
  assert.equal((await intake.accept(call(["a", "b"], { retryKey: "other" }))).firstOffset, 2);
});

test("accept() lets a retry wait for the call that is under way", async () => {
  const { intake, log } = setUp();
  log.autoSync = false;
  const first = intake.accept(call(["a"], { retryKey: "k" }));
  const second = intake.accept(call(["a"], { retryKey: "k" }));
  log.sync();
  assert.deepEqual(await second, { ...(await first), repeated: true });
  assert.equal(log.appended.length, 1);
});

test("accept() remembers nothing of a call that failed: its retry succeeds", async () => {
  const { intake, log } = setUp();
  log.failing = true;
  await assert.rejects(intake.accept(call(["a"], { retryKey: "k" })), LogError);
  log.failing = false;
  const answer = await intake.accept(call(["a"], { retryKey: "k" }));
  assert.deepEqual([answer.repeated, answer.firstOffset], [false, 0]);
});

test("accept() accepts from the front what the budget has room for, and a retry hears the same", async () => {
  const usedBytes = () => 0;
  const { intake, log } = setUp({ budgetBytes: 1000, usedBytes });
  const texts = ["x".repeat(300), "y".repeat(300), "z".repeat(300)];
  const answer = await intake.accept(call(texts, { retryKey: "k" }));
  assert.deepEqual(
    answer.refused.map((one) => [one.index, one.code, one.message]),
    [[2, "slow-down", "Slow down."]],
  );
  assert.deepEqual([answer.records, recordCount(log.appended[0]?.records ?? packRecords([]))], [3, 2]);
  assert.deepEqual(await intake.accept(call(texts, { retryKey: "k" })), { ...answer, repeated: true });
});

test("accept() refuses the whole call when nothing fits, and forgets it", async () => {
  let used = 950;
  const { intake, pass } = setUp({ budgetBytes: 1000, usedBytes: () => used });
  const full = { code: "slow-down", details: { reason: "budget" } };
  await assert.rejects(intake.accept(call(["a"], { retryKey: "k" })), full);
  used = 0;
  pass(200);
  assert.equal((await intake.accept(call(["a"], { retryKey: "k" }))).repeated, false);
});

test("accept() counts what is under way against the budget", async () => {
  const { intake, log, pass } = setUp({ budgetBytes: 1000, usedBytes: () => 0 });
  log.autoSync = false;
  const first = intake.accept(call(["x".repeat(500)]));
  pass(1000);
  await assert.rejects(intake.accept(call(["y".repeat(300)])), slowDown);
  log.sync();
  await first;
  pass(1000);
  const later = intake.accept(call(["y".repeat(300)]));
  log.sync();
  assert.equal((await later).refused.length, 0);
});

test("accept() splits no call that stands for a position in a source", async () => {
  const { intake, log } = setUp({ budgetBytes: 1000 });
  const texts = ["x".repeat(300), "y".repeat(300), "z".repeat(300)];
  await assert.rejects(intake.accept(call(texts, { source: { id: "queue", position: Buffer.from("7") } })), slowDown);
  assert.equal(log.appended.length, 0);
});

test("accept() holds the record rate, with one second of burst", async () => {
  const { intake, pass } = setUp({ settings: { "rate-records": 2 } });
  assert.deepEqual(
    (await intake.accept(call(["a", "b", "c"]))).refused.map((one) => one.index),
    [2],
  );
  await assert.rejects(intake.accept(call(["c"])), { code: "slow-down", details: { reason: "rate" } });
  pass(500);
  assert.equal((await intake.accept(call(["c"]))).refused.length, 0);
  await assert.rejects(intake.accept(call(["d"])), slowDown);
  await intake.accept(call(["redriven"], { onlyDelivery: "d1" }));
});

test("accept() lets a record through that is larger than a second's worth, and makes the next one wait for it", async () => {
  const { intake, pass } = setUp({ settings: { "rate-bytes": 10 } });
  assert.equal((await intake.accept(call(["x".repeat(25)]))).refused.length, 0);
  pass(1000);
  await assert.rejects(intake.accept(call(["y"])), slowDown);
  pass(1000);
  assert.equal((await intake.accept(call(["y"]))).refused.length, 0);
});

test("accept() hands on the bytes as they came", async () => {
  const { intake, log } = setUp({ settings: { "rate-records": 1 } });
  await intake.accept(call(["first", "second"]));
  const records = log.appended[0]?.records ?? packRecords([]);
  assert.deepEqual([recordCount(records), recordAt(records, 0).toString()], [1, "first"]);
});

test("accept() stops the process and answers nobody when nobody knows whether records are stored", async () => {
  const { log, intake, failures } = setUp();
  log.unknown = true;
  let answered = false;
  const settled = () => {
    answered = true;
  };
  const retried = { retryKey: "again" };
  for (const more of [{}, retried, retried]) intake.accept(call(["a"], more)).then(settled, settled);
  await new Promise(setImmediate);
  assert.equal(answered, false);
  assert.deepEqual(failures, ["outcome-unknown", "outcome-unknown"], "the repetition waits for the call under way");
});
