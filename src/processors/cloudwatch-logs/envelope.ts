import type { JsonValue } from "../../std/json.ts";

/** What is left of an envelope: the messages of its events, a line feed behind each; nothing of a control message. */
export interface Envelope {
  readonly messages: Buffer;
}

const NO_MESSAGES: Envelope = { messages: Buffer.alloc(0) };

/** `{"messageType":"DATA_MESSAGE","owner":…,"logGroup":…,"logEvents":[{"id":…,"timestamp":…,"message":…}]}` */
export function readEnvelope(bytes: Buffer): Envelope | undefined {
  const envelope = parse(bytes);
  if (typeof envelope !== "object" || envelope === null || Array.isArray(envelope)) return undefined;
  const { messageType, logEvents } = envelope;
  if (messageType === "CONTROL_MESSAGE") return NO_MESSAGES;
  if (messageType !== "DATA_MESSAGE" || !Array.isArray(logEvents)) return undefined;
  let text = "";
  for (const event of logEvents) {
    const message = messageOf(event);
    if (message === undefined) return undefined;
    text += `${message}\n`;
  }
  return { messages: Buffer.from(text) };
}

function parse(bytes: Buffer): JsonValue | undefined {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}

function messageOf(event: JsonValue): string | undefined {
  if (typeof event !== "object" || event === null || Array.isArray(event)) return undefined;
  return typeof event.message === "string" ? event.message : undefined;
}
