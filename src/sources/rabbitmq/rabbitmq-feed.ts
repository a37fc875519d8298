import { hash } from "node:crypto";
import type { ConsumeMessage } from "amqplib";
import { LakehoseError } from "../../model/errors.ts";
import { packRecords } from "../../model/records.ts";
import type { Clock } from "../../std/clock.ts";
import type { Inlet, UpstreamMessage } from "../inlet.ts";
import type { SourceRun } from "../source-kind.ts";
import { idOf, offsetOf, recordOf } from "./rabbitmq-message.ts";
import type { RabbitMqOptions } from "./rabbitmq-options.ts";

/** In what queues and streams differ: by what a message is known again, and where reading begins. */
export interface RabbitMqFeed {
  /** Takes what is gathered of `toMessage`. */
  readonly inlet: Pick<Inlet, "appendMessages">;
  /** Of `basic.consume`. */
  readonly consumeArguments: Readonly<Record<string, unknown>>;
  /** `undefined` for one that is stored already. */
  toMessage(message: ConsumeMessage): UpstreamMessage | undefined;
  /** Rejects when what has to be there does not come. */
  begun(): Promise<void>;
}

export interface RabbitMqFeedOptions {
  readonly options: RabbitMqOptions;
  readonly vhost: string;
  readonly run: SourceRun;
  readonly clock: Clock;
}

export function openFeed(feed: RabbitMqFeedOptions): RabbitMqFeed {
  return feed.options.type === "queue" ? queueFeed(feed) : streamFeed(feed);
}

/** Messages come again until they are acknowledged; their ids tell. They are unique within their queue at best. */
function queueFeed({ options, vhost, run }: RabbitMqFeedOptions): RabbitMqFeed {
  let warned = false;
  return {
    inlet: run.inlet,
    consumeArguments: {},
    begun: async () => undefined,
    toMessage: (message) => {
      if (!warned && offsetOf(message) !== undefined) {
        warned = true;
        run.warn(
          "queue-is-a-stream",
          `Messages of ${options.queue} have offsets. If it is a stream, what was there before is left out and messages may be lost: set type to stream.`,
        );
      }
      const id = idOf(message, options);
      return { bytes: recordOf(message, options), ...(id !== undefined && { id: `${vhost}/${options.queue}/${id}` }) };
    },
  };
}

const NONE: ReadonlySet<UpstreamMessage> = new Set();

/** A stream that has what it has to have hands it over much sooner. */
const BEGIN_MS_MAX = 20_000;

/**
 * Messages stay, each at its offset; how far reading has come is stored with them. Reading goes on at the last message that
 * is stored and drops it: when it is not the first that comes, retention has removed what was not read; when nothing comes,
 * this is another stream of that name, whose messages would be taken for those that are stored.
 */
function streamFeed({ options, vhost, run, clock }: RabbitMqFeedOptions): RabbitMqFeed {
  const part = partOf(vhost, options.queue);
  const stored = run.inlet.position(part);
  const next = stored === undefined ? undefined : Number(Buffer.from(stored).toString());
  const first = Promise.withResolvers<number>();
  if (next !== undefined) void first.promise.then((offset) => warnOfGap({ next, offset, options, run }));
  return {
    inlet: {
      appendMessages: async (messages) => {
        const last = messages.at(-1)?.id;
        if (last === undefined) return NONE;
        const position = Buffer.from(String(Number(last) + 1));
        await run.inlet.append(packRecords(messages.map(({ bytes }) => bytes)), { part, position });
        return NONE;
      },
    },
    consumeArguments: { "x-stream-offset": next === undefined ? startArgument(options) : next - 1 },
    toMessage: (message) => {
      const offset = offsetOf(message);
      if (offset === undefined) throw noStream(options);
      first.resolve(offset);
      if (next !== undefined && offset < next) return undefined;
      return { bytes: recordOf(message, options), id: String(offset) };
    },
    begun: async () => {
      if (next === undefined) return;
      const late = clock.sleep(BEGIN_MS_MAX, run.signal).then(() => Promise.reject(tooShort(next, options)));
      await Promise.race([first.promise, late]);
    },
  };
}

interface Gap {
  readonly next: number;
  readonly offset: number;
  readonly options: RabbitMqOptions;
  readonly run: SourceRun;
}

function warnOfGap({ next, offset, options, run }: Gap): void {
  if (offset < next) return;
  run.warn(
    "stream-truncated",
    `Up to ${offset - next} messages of ${options.queue}, from offset ${next} on, were removed by the stream's retention before they were read.`,
  );
}

function tooShort(next: number, { queue }: RabbitMqOptions): LakehoseError {
  return new LakehoseError(
    "stream-too-short",
    `Expected the stream ${queue} to reach to offset ${next - 1}, which is stored; it does not. If it was made anew, give the source another name`,
  );
}

/** Parts of positions have a limit; names of virtual hosts and queues may be longer. */
const PART_BYTES_MAX = 300;

function partOf(vhost: string, queue: string): string {
  const part = `${vhost}/${queue}`;
  return Buffer.byteLength(part) <= PART_BYTES_MAX ? part : hash("sha256", part);
}

function startArgument({ start }: RabbitMqOptions): unknown {
  if (typeof start === "string") return start;
  if ("offset" in start) return start.offset;
  return { "!": "timestamp", value: Math.floor(Date.parse(start.timestamp) / 1000) };
}

function noStream({ queue }: RabbitMqOptions): LakehoseError {
  return new LakehoseError(
    "not-a-stream",
    `Expected messages of ${queue} to have offsets, got one without: it is no stream; set type to queue`,
  );
}
