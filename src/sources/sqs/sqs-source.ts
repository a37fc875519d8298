import type { Message } from "@aws-sdk/client-sqs";
import type { Clock } from "../../std/clock.ts";
import { anySourceKind, type SourceKind, type SourceRun } from "../source-kind.ts";
import type { ReceivePacer } from "./receive-pacer.ts";
import { sqsFailure } from "./sqs-failure.ts";
import { toUpstreamMessage } from "./sqs-message.ts";
import { type SqsOptions, sqsOptionsSchema, upstreamOf } from "./sqs-options.ts";
import type { SqsQueue } from "./sqs-queue.ts";

/** Messages are hidden anew when this part of their time is over, so that two calls may be lost. */
const EXTENSIONS_PER_TIMEOUT = 3;

/**
 * Reads one queue with several receivers. Each goes round: wait for a turn, receive up to 10 messages, append them, delete
 * them once they are durable. A receiver that is appending receives nothing, so what is in memory has a bound and a stream
 * without room stops all of it; meanwhile its messages stay hidden from other readers.
 *
 * FIFO queues keep the order of each group: SQS hands over nothing of a group while messages of it are hidden, those of
 * one receive go into the log in their order, and deletes come after the append.
 */
export const sqsSource: SourceKind = anySourceKind<SqsOptions>({
  name: "sqs",
  description:
    "Amazon SQS, standard and FIFO queues. Counts `receiveCalls`, `messagesReceived`, `emptyReceives`, `deletes`, `deleteFailures`, `backOffMs`, `putFailures`, `visibilityExtensions` and `visibilityFailures`; measures `batchEfficiencyPercent` and `oldestMessageAgeMs`.",
  guarantee:
    "Exactly once by message id, or by the id for de-duplication of FIFO queues. The order of each message group is kept.",
  options: sqsOptionsSchema,
  upstream: upstreamOf,
  create: (components) => async (options, run) => {
    const ended = new AbortController();
    const signal = AbortSignal.any([run.signal, ended.signal]);
    try {
      const { openSqsQueue } = await import("./sqs-queue.ts");
      const queue = await openSqsQueue(options, components, { ...run, signal });
      try {
        await readQueue({ queue, options, run: { ...run, signal }, clock: components.clock }, ended);
      } finally {
        queue.close();
      }
    } catch (error) {
      throw sqsFailure(error, options);
    }
  },
});

interface Reading {
  readonly queue: SqsQueue;
  readonly options: SqsOptions;
  readonly run: SourceRun;
  readonly clock: Clock;
}

/** Reads until one receiver fails or the source is stopped; resolves or rejects when all receivers have ended. */
async function readQueue(reading: Reading, ended: AbortController): Promise<void> {
  const { queue, options, run, clock } = reading;
  const { receivers, batchEfficiency: efficiency, backOffSecondsMax } = options;
  const { ReceivePacer } = await import("./receive-pacer.ts");
  const pacer = new ReceivePacer({ efficiency, receivers, waitMsMax: backOffSecondsMax * 1000 }, clock);
  // Says at once whether the queue answers, which a long poll does only when a message comes.
  await receive(reading, pacer, 0).then((messages) => take(messages, reading));
  run.connected();
  const receiver = async () => {
    try {
      for (;;) await take(await receive(reading, pacer, options.waitSeconds), reading);
    } catch (error) {
      ended.abort(error);
    }
  };
  await Promise.all(Array.from({ length: receivers }, receiver));
  throw ended.signal.reason ?? new Error(`${queue.url} is read no more`);
}

async function receive({ queue, run, clock }: Reading, pacer: ReceivePacer, waitSeconds: number): Promise<Message[]> {
  const turn = await pacer.turn(run.signal);
  if (turn.waitedMs > 0) run.count("backOffMs", Math.round(turn.waitedMs));
  const messages = await queue.receive(waitSeconds);
  turn.done(messages.length);
  run.count("receiveCalls");
  if (messages.length === 0) run.count("emptyReceives");
  else run.count("messagesReceived", messages.length);
  run.measure("batchEfficiencyPercent", pacer.efficiencyPercent);
  run.measure("oldestMessageAgeMs", ageMsOf(messages, clock.now()));
  return messages;
}

async function take(messages: readonly Message[], reading: Reading): Promise<void> {
  if (messages.length > 0) await reading.queue.delete(await append(messages, reading));
}

/** Resolves to the messages that are durable. The others come again when their time to be hidden is over. */
async function append(messages: readonly Message[], reading: Reading): Promise<readonly Message[]> {
  const { queue, options, run } = reading;
  const ended = new AbortController();
  const hidden = keepHidden(messages, reading, ended.signal);
  const taken = messages.map((message) => toUpstreamMessage(message, queue.url, options));
  try {
    const refused = await run.inlet.appendMessages(taken);
    return messages.filter((_, index) => !refused.has(taken[index] as (typeof taken)[number]));
  } catch (error) {
    if (!run.signal.aborted) run.count("putFailures");
    // They come to the next reader at once, and not only when their time is over.
    await queue.hide(messages, 0).catch(() => undefined);
    throw error;
  } finally {
    ended.abort();
    await hidden;
  }
}

/** As long as messages wait for room in the stream nobody else shall get them. It is no failure when somebody does. */
async function keepHidden(
  messages: readonly Message[],
  { queue, options, run, clock }: Reading,
  taken: AbortSignal,
): Promise<void> {
  const { visibilityTimeoutSeconds } = options;
  const everyMs = (visibilityTimeoutSeconds * 1000) / EXTENSIONS_PER_TIMEOUT;
  for (;;) {
    await clock.sleep(everyMs, taken).catch(() => undefined);
    if (taken.aborted) return;
    const failed = await queue.hide(messages, visibilityTimeoutSeconds).catch(() => messages.length);
    run.count("visibilityExtensions", messages.length - failed);
    if (failed > 0) run.count("visibilityFailures", failed);
  }
}

function ageMsOf(messages: readonly Message[], now: number): number {
  const ages = messages.map(({ Attributes }) => now - Number(Attributes?.SentTimestamp ?? now));
  return Math.max(0, ...ages);
}
