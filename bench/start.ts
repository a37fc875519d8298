import { type Bench, STREAM } from "./harness/bench.ts";
import { callFirehose } from "./harness/http.ts";
import { Lakehose, streamInto } from "./harness/lakehose.ts";
import { alternate, middle } from "./harness/rounds.ts";
import { atMost, type Question } from "./question.ts";

const UNDELIVERED_BYTES = 1024 ** 3;

const EMPTY_SECONDS_MAX = 0.5;
const UNDELIVERED_SECONDS_MAX = 1;

/** Ends the load by time if the disk is so slow that the bytes take longer. */
const FILLING_MS_MAX = 60_000;

interface Start {
  /** From the start of the process to its first acknowledgement. */
  readonly acceptedSeconds: number;
  readonly readySeconds: number;
  /** Megabytes of what was left undelivered, by the second, until all of it lies in objects. */
  readonly drainMegabytesPerSecond: number;
}

/** One large object that rolls when it is told to: nothing is delivered before. */
const STREAMS = [streamInto(STREAM, {}, { "roll-size": "5GB", "roll-age": "off" })];

export const start: Question = {
  name: "start",
  asks: "How long after its start does the server acknowledge the first record: on an empty folder, and after a kill -9 with 1 GiB undelivered?",
  run: async (bench) => {
    const { empty, undelivered } = await alternate(bench, {
      empty: () => bench.withFolder(startEmpty),
      undelivered: () => bench.withFolder((data) => startAfterKill(bench, data)),
    });
    const seconds = (starts: readonly Start[]) => middle(starts, ({ acceptedSeconds }) => acceptedSeconds);
    const row = (name: string, starts: readonly Start[]) => ({
      name,
      values: {
        "accepted s": seconds(starts),
        "ready s": middle(starts, ({ readySeconds }) => readySeconds),
        "drain MB/s": middle(starts, ({ drainMegabytesPerSecond }) => drainMegabytesPerSecond),
      },
    });
    return {
      checks: [
        {
          what: `empty / ${EMPTY_SECONDS_MAX} s`,
          value: seconds(empty) / EMPTY_SECONDS_MAX,
          limit: atMost(1),
        },
        {
          what: `1 GiB undelivered / ${UNDELIVERED_SECONDS_MAX} s`,
          value: seconds(undelivered) / UNDELIVERED_SECONDS_MAX,
          limit: atMost(1),
        },
      ],
      rows: [row("empty", empty), row("1 GiB undelivered", undelivered)],
    };
  },
};

async function startEmpty(data: string): Promise<Start> {
  const { server, ...times } = await startAndPut(data);
  await server.kill();
  return { ...times, drainMegabytesPerSecond: Number.NaN };
}

async function startAfterKill(bench: Bench, data: string): Promise<Start> {
  const first = await Lakehose.start({ data, streams: STREAMS });
  const load = { warmUpMs: 0, windowMs: FILLING_MS_MAX, acceptedBytesMax: UNDELIVERED_BYTES };
  const filled = await bench.loader.run(bench.batches(first, load)).finally(() => first.kill());
  const { server, ...times } = await startAndPut(data);
  try {
    const flushedFrom = performance.now();
    await server.flush(STREAM);
    const drainMs = performance.now() - flushedFrom;
    await server.expectDelivered(STREAM, filled.acceptedRecords + 1);
    return { ...times, drainMegabytesPerSecond: filled.acceptedBytes / 1000 / drainMs };
  } finally {
    await server.kill();
  }
}

async function startAndPut(data: string) {
  const startedAt = performance.now();
  const server = await Lakehose.start({ data, streams: STREAMS });
  const input = { DeliveryStreamName: STREAM, Record: { Data: Buffer.from("first\n").toString("base64") } };
  const { status, body } = await callFirehose(server.url, "PutRecord", input);
  const acceptedSeconds = (performance.now() - startedAt) / 1000;
  if (status !== 200) throw new Error(`The first PutRecord was answered ${status}: ${body}`);
  return { server, acceptedSeconds, readySeconds: server.readyMs / 1000 };
}
