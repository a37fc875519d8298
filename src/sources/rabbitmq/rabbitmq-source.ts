import type { Channel, ChannelModel, ConsumeMessage } from "amqplib";
import { LakehoseError } from "../../model/errors.ts";
import { RECORD_BYTES_CEILING } from "../../model/limits.ts";
import type { Clock } from "../../std/clock.ts";
import { MessageGatherer } from "../message-gatherer.ts";
import { anySourceKind, type SourceKind, type SourceRun } from "../source-kind.ts";
import { rabbitMqFailure } from "./rabbitmq-failure.ts";
import type { RabbitMqFeed } from "./rabbitmq-feed.ts";
import { type RabbitMqOptions, rabbitMqOptionsSchema, upstreamOf } from "./rabbitmq-options.ts";

/** How often the broker is asked how many messages wait. */
const DEPTH_EVERY_MS = 10_000;

/**
 * Reads one queue or stream over AMQP 0-9-1, with one connection and one channel.
 *
 * The broker pushes up to `prefetch` messages. They gather while an append is under way and go into the next one; once it
 * is durable, one acknowledgement takes leave of all of them (`multiple`). Delivery tags rise in the order in which
 * messages come, and messages are appended in that order, so all that it covers is durable, or was refused by itself.
 */
export const rabbitMqSource: SourceKind = anySourceKind<RabbitMqOptions>({
  name: "rabbitmq",
  description:
    "Queues (classic, quorum) and streams of RabbitMQ over AMQP 0-9-1. Counts `redeliveries` and `messagesRejected`; measures `messagesReady` (of queues) and `messagesUnacknowledged`.",
  guarantee:
    "Exactly once: streams by offset, queues by message id (the property `message-id` or a header). Messages of queues without id: at least once, those that were not acknowledged come twice.",
  options: rabbitMqOptionsSchema,
  upstream: upstreamOf,
  create: (components) => async (options, run) => {
    const { connectToRabbitMq } = await import("./rabbitmq-connection.ts");
    const { openFeed } = await import("./rabbitmq-feed.ts");
    const connection = await connectToRabbitMq(options, components, run.signal);
    try {
      const feed = openFeed({ options, vhost: connection.vhost, run, clock: components.clock });
      await consume(connection.client, feed, { options, run, clock: components.clock });
    } catch (error) {
      throw rabbitMqFailure(error, options);
    } finally {
      await connection.close();
    }
  },
});

interface Reading {
  readonly options: RabbitMqOptions;
  readonly run: SourceRun;
  readonly clock: Clock;
}

/** Reads until something fails or the source is stopped, which both reject. */
async function consume(client: ChannelModel, feed: RabbitMqFeed, { options, run, clock }: Reading): Promise<never> {
  const { signal } = run;
  const ended = endOf(client, signal);
  // A broker may fall silent at any step, and its heartbeats are missed much later than a stop may take.
  const answered = <T>(step: Promise<T>) => Promise.race([step, ended.promise]);
  const channel = await answered(client.createChannel());
  channel.on("error", ended.reject);
  const gatherer = new MessageGatherer<ConsumeMessage>({
    inlet: feed.inlet,
    acknowledge: (messages) => {
      const last = messages.at(-1);
      if (last !== undefined) channel.ack(last, true);
    },
    onFailed: ended.reject,
  });
  try {
    await answered(openQueue(channel, options));
    await answered(channel.prefetch(options.prefetch));
    const onMessage = (message: ConsumeMessage | null) => {
      try {
        if (message === null) ended.reject(cancelled(options));
        else take(message, { channel, feed, gatherer, run });
      } catch (error) {
        ended.reject(error);
      }
    };
    await answered(channel.consume(options.queue, onMessage, consumeOptions(options, feed)));
    run.connected();
    feed.begun().catch(ended.reject);
    measureDepth(channel, gatherer, { options, run, clock }).catch(ended.reject);
    return await ended.promise;
  } finally {
    // What is on its way to the disk is acknowledged, so that an orderly stop costs no repetition.
    if (signal.aborted) await gatherer.settled();
  }
}

/** Rejected by whatever ends the reading. Also keeps errors of the library's emitters from ending the process. */
function endOf(client: ChannelModel, signal: AbortSignal): PromiseWithResolvers<never> {
  const ended = Promise.withResolvers<never>();
  ended.promise.catch(() => undefined);
  client.on("error", ended.reject);
  client.on("close", (error) =>
    ended.reject(error ?? new LakehoseError("connection-lost", "The connection is closed")),
  );
  if (signal.aborted) ended.reject(signal.reason);
  else signal.addEventListener("abort", () => ended.reject(signal.reason), { once: true });
  return ended;
}

async function openQueue(channel: Channel, { queue, declare }: RabbitMqOptions): Promise<void> {
  if (declare === "never") await channel.checkQueue(queue);
  else await channel.assertQueue(queue, { durable: true, arguments: { "x-queue-type": declare } });
}

function consumeOptions({ consumerTag, priority, exclusive }: RabbitMqOptions, { consumeArguments }: RabbitMqFeed) {
  return {
    arguments: consumeArguments,
    exclusive,
    ...(consumerTag !== undefined && { consumerTag }),
    ...(priority !== undefined && { priority }),
  };
}

interface Taking {
  readonly channel: Channel;
  readonly feed: RabbitMqFeed;
  readonly gatherer: MessageGatherer<ConsumeMessage>;
  readonly run: SourceRun;
}

function take(message: ConsumeMessage, { channel, feed, gatherer, run }: Taking): void {
  if (message.fields.redelivered) run.count("redeliveries");
  const taken = feed.toMessage(message);
  if (taken === undefined) channel.ack(message);
  else if (taken.bytes.length > RECORD_BYTES_CEILING) reject(message, taken.bytes.length, { channel, run });
  else gatherer.add(taken, message);
}

function reject(message: ConsumeMessage, bytes: number, { channel, run }: Pick<Taking, "channel" | "run">): void {
  channel.nack(message, false, false);
  run.count("messagesRejected");
  run.warn(
    "message-too-large",
    `A message with the routing key ${message.fields.routingKey} makes a record of ${bytes} bytes, the most is ${RECORD_BYTES_CEILING}. It was rejected: it is where the queue's dead-letter exchange leads, and lost where there is none.`,
  );
}

/** The broker takes leave of readers when a queue is deleted or its node goes down. */
function cancelled({ queue }: RabbitMqOptions): LakehoseError {
  return new LakehoseError(
    "consumer-cancelled",
    `The broker has ended the reading of ${queue}: the queue was deleted, or its node went down`,
  );
}

async function measureDepth(
  channel: Channel,
  gatherer: MessageGatherer<ConsumeMessage>,
  { options, run, clock }: Reading,
): Promise<void> {
  for (;;) {
    const { messageCount } = await channel.checkQueue(options.queue);
    // Of a stream it is what the stream holds, not what is left to read.
    if (options.type === "queue") run.measure("messagesReady", messageCount);
    run.measure("messagesUnacknowledged", gatherer.waiting);
    await clock.sleep(DEPTH_EVERY_MS, run.signal);
  }
}
