import { isUtf8 } from "node:buffer";
import { z } from "zod";
import { NO_JSON, skipSpace, skipValue } from "../std/json-scan.ts";

/**
 * A message with all that its upstream says of it, as one record: `{"value":…,"headers":{…},…}`. So headers, keys and
 * topics can be partitioned by, filtered and stored, as anything else that stands in a record.
 *
 * The value is the message: as it stands where it is JSON, so that no number loses a digit; else as text; else, where it
 * is no text, as `{"base64":"…"}`. The envelope is always one line.
 */
export const recordShapeSchema = z
  .enum(["value", "envelope"])
  .default("value")
  .meta({
    description:
      'What becomes the record: the message\'s bytes, unaltered, or an envelope: one JSON object with the message as `value` (JSON as it stands, else text, else `{"base64":…}`) and beside it what the upstream says of it, to partition by.',
    examples: ["envelope"],
  });

export type RecordShape = z.output<typeof recordShapeSchema>;

/** Of upstreams whose messages AWS hands to functions. */
export const recordOrEventSchema = z
  .enum(["value", "envelope", "event"])
  .default("value")
  .meta({
    description:
      'What becomes the record: the message\'s bytes, unaltered; an envelope: one JSON object with the message as `value` (JSON as it stands, else text, else `{"base64":…}`) and beside it what the upstream says of it; or the event that AWS Lambda would hand to a function, one element of `Records`.',
    examples: ["envelope"],
  });

/** Text, numbers, bytes, times, lists and objects of them; members that are `undefined` are left out. */
export type EnvelopeAttributes = Readonly<Record<string, unknown>>;

/** Deeper than any header of a message that is meant; hostile ones are as deep as their frame is long. */
const ATTRIBUTE_NESTING_MAX = 32;

/** The message in its envelope; `null` is the message of an upstream that has such, as Kafka's tombstones. */
export function envelope(value: Buffer | null, attributes: EnvelopeAttributes): Buffer {
  const members = attributeMembers(attributes, 0);
  const tail = Buffer.from(members === "" ? "}" : `,${members}}`);
  return Buffer.concat([VALUE, value === null ? NULL : valueBytes(value), tail]);
}

const VALUE = Buffer.from('{"value":');
const NULL = Buffer.from("null");
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;

function valueBytes(value: Buffer): Buffer {
  if (isUtf8(value) && isJson(value)) return inOneLine(value);
  return Buffer.from(bytesJson(value));
}

/** Whether the bytes are one JSON value with nothing but white space around it. */
export function isJson(bytes: Buffer): boolean {
  const end = skipValue(bytes, skipSpace(bytes, 0));
  return end !== NO_JSON && skipSpace(bytes, end) === bytes.length;
}

/** In JSON a line break can only stand between tokens, never inside a string, so a space says the same. */
export function inOneLine(json: Buffer): Buffer {
  if (!json.includes(LINE_FEED) && !json.includes(CARRIAGE_RETURN)) return json;
  return Buffer.from(json.map((byte) => (byte === LINE_FEED || byte === CARRIAGE_RETURN ? SPACE : byte)));
}

function bytesJson(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return isUtf8(buffer) ? JSON.stringify(buffer.toString()) : `{"base64":"${buffer.toString("base64")}"}`;
}

function attributeMembers(attributes: EnvelopeAttributes, depth: number): string {
  return Object.entries(attributes)
    .filter(([, attribute]) => attribute !== undefined)
    .map(([name, attribute]) => `${JSON.stringify(name)}:${attributeJson(attribute, depth)}`)
    .join();
}

function attributeJson(attribute: unknown, depth: number): string {
  if (typeof attribute === "bigint") return String(attribute);
  // Times that are none become null, as numbers that are none do.
  if (typeof attribute !== "object" || attribute === null || attribute instanceof Date) {
    return JSON.stringify(attribute) ?? "null";
  }
  if (attribute instanceof Uint8Array) return bytesJson(attribute);
  if (depth === ATTRIBUTE_NESTING_MAX) return "null";
  if (Array.isArray(attribute)) return `[${attribute.map((element) => attributeJson(element, depth + 1)).join()}]`;
  return `{${attributeMembers(attribute as EnvelopeAttributes, depth + 1)}}`;
}
