import { hash } from "node:crypto";
import type { ConsumeMessage } from "amqplib";
import { LakehoseError } from "../../model/errors.ts";
import { packRecords } from "../../model/records.ts";
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
}

export function openFeed(options: RabbitMqOptions, vhost: string, run: SourceRun): RabbitMqFeed {
  return options.type === "queue" ? queueFeed(options, vhost, run) : streamFeed(options, vhost, run);
}

/** Messages come again until they are acknowledged; their ids tell. They are unique within their queue at best. */
function queueFeed(options: RabbitMqOptions, vhost: string, run: SourceRun): RabbitMqFeed {
  let warned = false;
  return {
    inlet: run.inlet,
    consumeArguments: {},
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

/** Messages stay, each at its offset; how far reading has come is stored with them. */
function streamFeed(options: RabbitMqOptions, vhost: string, run: SourceRun): RabbitMqFeed {
  const part = partOf(vhost, options.queue);
  const stored = run.inlet.position(part);
  const next = stored === undefined ? undefined : Number(Buffer.from(stored).toString());
  return {
    inlet: {
      appendMessages: async (messages) => {
        const last = messages.at(-1)?.id;
        if (last === undefined) return;
        const position = Buffer.from(String(Number(last) + 1));
        await run.inlet.append(packRecords(messages.map(({ bytes }) => bytes)), { part, position });
      },
    },
    consumeArguments: { "x-stream-offset": next ?? startArgument(options) },
    toMessage: (message) => {
      const offset = offsetOf(message);
      if (offset === undefined) throw noStream(options);
      // A broker sends whole chunks: from an offset within one, also what lies before it.
      if (next !== undefined && offset < next) return undefined;
      return { bytes: recordOf(message, options), id: String(offset) };
    },
  };
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
