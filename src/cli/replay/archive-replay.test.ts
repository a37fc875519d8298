import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import type { FirehoseClient, PutRecordBatchCommand } from "@aws-sdk/client-firehose";
import { PretendClock } from "../../../test/fakes/pretend-clock.ts";
import { eventTimeReader } from "../../processors/partition-time/event-time.ts";
import { systemClock } from "../../std/clock.ts";
import { seededRandom } from "../../std/random.ts";
import type { ArchiveFile } from "./archive-file.ts";
import { type ArchiveReplayOptions, type ReplaySummary, replayArchive } from "./archive-replay.ts";
import { TimeField } from "./time-field.ts";

/** Time 0 of these tests; records say how many seconds later they happened. */
const ZERO_MS = Date.parse("2018-03-01T00:00:00Z");

const lineAt = (seconds: number, name: string) => `{"at":${ZERO_MS / 1000 + seconds},"name":"${name}"}\n`;
const timeAt = (seconds: number) => new Date(ZERO_MS + seconds * 1000).toISOString();

/** A file of memory that counts how often it is open. */
function memoryFile(name: string, content: Buffer | string, open = { now: 0, most: 0 }): ArchiveFile {
  const bytes = Buffer.from(content);
  return {
    name,
    bytes: bytes.length,
    async *open() {
      open.now++;
      open.most = Math.max(open.most, open.now);
      try {
        // In pieces that end anywhere.
        for (let at = 0; at < bytes.length; at += 700) yield bytes.subarray(at, at + 700);
      } finally {
        open.now--;
      }
    },
    onDisk: () => Promise.reject(new Error("no test here needs a path")),
  };
}

type Answer = "accept" | "refuse" | Error;

/** A client that takes what it is sent, or does what `answer` says to a record of a call. */
function fakeFirehose(answer: (name: string, call: number) => Answer = () => "accept") {
  const calls: string[][] = [];
  const accepted: string[] = [];
  const send = async (command: PutRecordBatchCommand) => {
    const names = (command.input.Records ?? []).map(({ Data }) => JSON.parse(Buffer.from(Data ?? []).toString()).name);
    const call = calls.push(names);
    await new Promise(setImmediate);
    const answers = names.map((name) => answer(name, call));
    for (const one of answers) if (one instanceof Error) throw one;
    accepted.push(...names.filter((_, index) => answers[index] === "accept"));
    return {
      RequestResponses: answers.map((one) => (one === "accept" ? { RecordId: "1" } : { ErrorMessage: "Slow." })),
    };
  };
  return { firehose: { send } as unknown as FirehoseClient, calls, accepted };
}

interface Run {
  readonly summary: ReplaySummary;
  readonly calls: readonly string[][];
  readonly accepted: readonly string[];
}

async function replay(
  files: readonly ArchiveFile[],
  {
    fake = fakeFirehose(),
    ...options
  }: Partial<ArchiveReplayOptions> & { fake?: ReturnType<typeof fakeFirehose> } = {},
): Promise<Run> {
  const summary = await replayArchive(files, {
    stream: "trips",
    field: new TimeField("at", eventTimeReader("auto", "UTC")),
    untimed: "send",
    newline: true,
    speedup: Number.POSITIVE_INFINITY,
    fromMs: Number.NEGATIVE_INFINITY,
    toMs: Number.POSITIVE_INFINITY,
    disorderMs: 0,
    openFilesMax: 64,
    callsMax: 4,
    skipDamaged: false,
    firehose: fake.firehose,
    clock: { ...systemClock, sleep: async () => undefined },
    random: seededRandom(1),
    signal: new AbortController().signal,
    ...options,
  });
  return { summary, calls: fake.calls, accepted: fake.accepted };
}

const textOf = (prefix: string, seconds: readonly number[]) =>
  seconds.map((second) => lineAt(second, `${prefix}${second}`)).join("");
const range = (from: number, to: number, step = 1) =>
  Array.from({ length: Math.ceil((to - from) / step) }, (_, index) => from + index * step);

test("replayArchive merges files in the order of their times, equal times by name of file", async () => {
  const files = [
    memoryFile("a", textOf("a", range(0, 300, 3))),
    memoryFile("b", gzipSync(textOf("b", range(0, 300, 2)))),
    memoryFile("empty", ""),
    memoryFile("c", textOf("c", [299, 300])),
  ];
  const { accepted, summary } = await replay(files);
  const expected = range(0, 301).flatMap((second) => [
    ...(second % 3 === 0 && second < 300 ? [`a${second}`] : []),
    ...(second % 2 === 0 && second < 300 ? [`b${second}`] : []),
    ...(second >= 299 ? [`c${second}`] : []),
  ]);
  assert.deepEqual(accepted, expected);
  assert.deepEqual([summary.records, summary.files, summary.outOfOrder], [expected.length, 4, 0]);
  assert.deepEqual([summary.firstTime, summary.lastTime, summary.resumeAt], [timeAt(0), timeAt(300), undefined]);
});

test("replayArchive has only those of many files open whose times overlap, and refuses more than it may", async () => {
  const open = { now: 0, most: 0 };
  const hours = range(0, 200).map((hour) => {
    return memoryFile(`hour-${String(hour).padStart(3, "0")}`, textOf("", range(hour * 60, hour * 60 + 60, 5)), open);
  });
  const { summary, accepted } = await replay(hours.toReversed(), { openFilesMax: 2 });
  assert.deepEqual(accepted, range(0, 200 * 60, 5).map(String));
  assert.equal(summary.outOfOrder, 0);
  // A look into each, some at a time.
  assert.ok(open.most <= 8, String(open.most));
  assert.equal(open.now, 0, "all are closed again");

  const days = range(0, 20).map((day) => memoryFile(`day-${day}`, textOf(`${day}-`, range(day, 5000, 100)), open));
  const { summary: tooMany } = await replay(days, { openFilesMax: 10 });
  assert.match(tooMany.problem ?? "", /More than 10 files overlap in time: .*--open-files/);
  assert.equal(open.now, 0);
});

test("replayArchive leaves out what is before the start and from the end on", async () => {
  const files = [memoryFile("a", textOf("a", range(0, 100))), memoryFile("b", textOf("b", range(40, 200)))];
  const { accepted } = await replay(files, { fromMs: ZERO_MS + 50_000, toMs: ZERO_MS + 52_000 });
  assert.deepEqual(accepted, ["a50", "b50", "a51", "b51"]);
});

test("replayArchive counts records out of order and sends them all the same; a window puts them in order", async () => {
  const files = () => [
    memoryFile("a", textOf("a", [0, 30, 10, 20, 60, 61, 55])),
    memoryFile("b", textOf("b", [5, 65])),
  ];
  const asTheyAre = await replay(files());
  assert.deepEqual(asTheyAre.accepted, ["a0", "b5", "a30", "a10", "a20", "a60", "a61", "a55", "b65"]);
  assert.deepEqual([asTheyAre.summary.outOfOrder, asTheyAre.summary.disorderMsMax], [3, 20_000]);
  const ordered = await replay(files(), { disorderMs: 20_000 });
  assert.deepEqual(ordered.accepted, ["a0", "b5", "a10", "a20", "a30", "a55", "a60", "a61", "b65"]);
  assert.equal(ordered.summary.outOfOrder, 0);
  const until = await replay(files(), { disorderMs: 20_000, toMs: ZERO_MS + 56_000 });
  assert.deepEqual(until.accepted, ["a0", "b5", "a10", "a20", "a30", "a55"]);
});

test("replayArchive sends each record when it is due, 3600 times faster than it happened", async () => {
  const clock = new PretendClock();
  const fake = fakeFirehose();
  // Hours 0, 1 and 2, and a second after that of hour 1: one call for both.
  const file = memoryFile("a", textOf("", [0, 3600, 3601, 7200]));
  const replaying = replay([file], { fake, clock, speedup: 3600 });
  await clock.advance(990);
  assert.deepEqual(fake.calls, [["0"]]);
  await clock.advance(20);
  assert.deepEqual(fake.calls, [["0"], ["3600", "3601"]]);
  await clock.advance(980);
  assert.equal(fake.calls.length, 2);
  await clock.advance(20);
  await replaying;
  assert.deepEqual(fake.calls, [["0"], ["3600", "3601"], ["7200"]]);
});

test("replayArchive says how far it is behind when the server is slower than the events", async () => {
  const clock = new PretendClock();
  const lags: number[] = [];
  const slow = fakeFirehose((_, call) => (call === 1 ? "refuse" : "accept"));
  const file = memoryFile("a", textOf("", range(0, 2000)));
  const options = { fake: slow, clock, speedup: 1000, callsMax: 1 };
  const replaying = replay([file], { ...options, onProgress: ({ lagMs }) => lags.push(lagMs) });
  await clock.advance(30_000);
  await replaying;
  assert.ok(Math.max(...lags) > 30, String(lags));
});

test("replayArchive begins no other call while refused records go again", async () => {
  const fake = fakeFirehose((name, call) => (call === 1 && name === "7" ? "refuse" : "accept"));
  const waits = async () => {
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  };
  const file = memoryFile("a", textOf("", range(0, 2500)));
  const { summary, accepted } = await replay([file], { fake, callsMax: 2, clock: { ...systemClock, sleep: waits } });
  assert.deepEqual(
    fake.calls.map(({ length }) => length),
    [500, 500, 1, 500, 500, 500],
  );
  assert.deepEqual([summary.records, summary.resent, accepted.length], [2500, 1, 2500]);
});

test("replayArchive goes on through calls that fail for a while, and not when nothing was ever accepted", async () => {
  const gone = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  const file = () => memoryFile("a", textOf("", range(0, 1000)));
  const passing = fakeFirehose((_, call) => (call === 2 ? gone : "accept"));
  assert.equal((await replay([file()], { fake: passing, callsMax: 1 })).summary.records, 1000);
  await assert.rejects(replay([file()], { fake: fakeFirehose(() => gone) }), gone);
});

test("replayArchive says where to go on when the server takes no more", async () => {
  const fake = fakeFirehose((name) => (Number(name) >= 700 ? "refuse" : "accept"));
  const { summary } = await replay([memoryFile("a", textOf("", range(0, 5000)))], { fake });
  assert.match(summary.problem ?? "", /300 records of trips were refused 12 times: Slow\./);
  assert.equal(summary.resumeAt, timeAt(500), "the first record of the call of which a part is missing");
});

test("replayArchive stops at a signal before the next record, and says which one that is", async () => {
  const clock = new PretendClock();
  const stopping = new AbortController();
  const fake = fakeFirehose();
  const file = memoryFile("a", textOf("", range(0, 100, 10)));
  const replaying = replay([file], { fake, clock, speedup: 1, signal: stopping.signal });
  await clock.advance(35_000);
  stopping.abort(new Error("stopped"));
  const { summary, accepted } = await replaying;
  assert.deepEqual(accepted, ["0", "10", "20", "30"]);
  assert.deepEqual([summary.problem, summary.resumeAt], ["stopped by a signal", timeAt(40)]);
});

test("replayArchive stops at damage with its name after what came before, or goes on without the rest of the file", async () => {
  const packed = gzipSync(
    range(0, 3000)
      .map((second) => lineAt(second, `b${second}x${Math.sin(second)}`))
      .join(""),
  );
  const files = () => [
    memoryFile("a", textOf("a", range(0, 3000))),
    memoryFile("b.gz", packed.subarray(0, packed.length >> 1)),
  ];
  const stopped = await replay(files());
  assert.match(stopped.summary.problem ?? "", /^b\.gz: Expected .*--skip-damaged/);
  const { records, resumeAt } = stopped.summary;
  assert.ok(records > 1000 && stopped.accepted.length === records, String(records));
  const last = stopped.accepted.at(-1) ?? "";
  assert.equal(resumeAt, timeAt(Number.parseInt(last.slice(1), 10)));

  const { summary, accepted } = await replay(files(), { skipDamaged: true });
  assert.equal(summary.problem, undefined);
  assert.deepEqual(
    summary.damaged.map(({ file }) => file),
    ["b.gz"],
  );
  assert.equal(accepted.filter((name) => name.startsWith("a")).length, 3000);
  assert.ok(accepted.some((name) => name.startsWith("b")));
});

test("replayArchive sends a record above the limit alone, and leaves it out when the server does not take it", async () => {
  const large = `{"at":${ZERO_MS / 1000 + 5},"name":"large","x":"${"y".repeat(1_100_000)}"}\n`;
  const file = memoryFile("a", textOf("", range(0, 5)) + large + textOf("", range(6, 9)));
  const refusal = Object.assign(new Error("too large"), { name: "ValidationException", $fault: "client" });
  const fake = fakeFirehose((name) => (name === "large" ? refusal : "accept"));
  const { summary, accepted } = await replay([file], { fake });
  assert.deepEqual(
    accepted,
    range(0, 9)
      .filter((second) => second !== 5)
      .map(String),
  );
  assert.deepEqual([summary.tooLarge, summary.records], [1, 8]);
});
