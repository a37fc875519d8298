import type { ConsumeMessage } from "amqplib";
import { envelope } from "../envelope.ts";
import type { RabbitMqOptions } from "./rabbitmq-options.ts";

/** The record that a message becomes. */
export function recordOf(message: ConsumeMessage, { queue, record }: RabbitMqOptions): Buffer {
  return record === "value" ? message.content : envelope(message.content, attributesOf(message, queue));
}

/** What tells the message from all others of its queue; `undefined` where it has no such thing. */
export function idOf({ properties }: ConsumeMessage, { deduplicateBy }: RabbitMqOptions): string | undefined {
  if (deduplicateBy === "nothing") return undefined;
  return idText(deduplicateBy === "message-id" ? properties.messageId : properties.headers?.[deduplicateBy.header]);
}

/** The place of a stream's message, which the broker puts into a header; `undefined` of messages of queues. */
export function offsetOf({ properties }: ConsumeMessage): number | undefined {
  const offset: unknown = properties.headers?.["x-stream-offset"];
  return typeof offset === "number" && Number.isSafeInteger(offset) ? offset : undefined;
}

function idText(id: unknown): string | undefined {
  if (typeof id === "number") return String(id);
  return typeof id === "string" && id !== "" ? id : undefined;
}

function attributesOf({ fields, properties }: ConsumeMessage, queue: string) {
  const { headers = {}, ...rest } = properties;
  const { exchange, routingKey } = fields;
  return { queue, exchange, routingKey, headers: plainValue(headers, 0), ...rest };
}

/** Deeper than any header that is meant; the envelope leaves out what is nested as deep, too. */
const NESTING_MAX = 40;

/** Headers without the objects by which the library tells times and decimals from numbers: seconds since 1970; a number. */
function plainValue(value: unknown, depth: number): unknown {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  if (depth === NESTING_MAX) return null;
  if (Array.isArray(value)) return value.map((element) => plainValue(element, depth + 1));
  const special = specialValue(value);
  if (special !== undefined) return special;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plainValue(member, depth + 1)]));
}

function specialValue(value: object): number | undefined {
  if (!("!" in value && "value" in value)) return undefined;
  if (value["!"] === "timestamp" && typeof value.value === "number") return value.value;
  if (value["!"] !== "decimal" || typeof value.value !== "object" || value.value === null) return undefined;
  const { places, digits } = value.value as { readonly places?: unknown; readonly digits?: unknown };
  return Number(digits) / 10 ** Number(places);
}
