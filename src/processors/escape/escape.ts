import { z } from "zod";
import type { Outcome, ProcessorBatch, ProcessorDefinition } from "../processor.ts";

/**
 * Line breaks and tabs inside a record become the two characters `\n` and `\t`, so that tools that go by lines and
 * columns do not break. A line feed at the very end is the record's terminator and stays.
 */
export const escapeProcessor: ProcessorDefinition = {
  type: "escape",
  summary: "Replaces line feeds and tabs inside a record by the characters \\n and \\t.",
  pure: true,
  optionsSchema: z.strictObject({}),
  create: () => ({
    type: "escape",
    pure: true,
    process: async (batch) => escapeBatch(batch),
    close: async () => undefined,
  }),
};

const TAB = 0x09;
const LINE_FEED = 0x0a;
const BACKSLASH = 0x5c;
const LETTER_N = 0x6e;
const LETTER_T = 0x74;

function escapeBatch(batch: ProcessorBatch): ProcessorBatch {
  return { source: batch.source, outcomes: batch.outcomes.map(escapeOutcome) };
}

function escapeOutcome(outcome: Outcome): Outcome {
  if (outcome.result !== "kept") return outcome;
  const bytes = escapeBytes(outcome.bytes);
  return bytes === outcome.bytes ? outcome : { ...outcome, bytes };
}

/** The same buffer when there is nothing to replace, which is the common case and costs two native searches. */
export function escapeBytes(bytes: Buffer): Buffer {
  const end = bytes[bytes.length - 1] === LINE_FEED ? bytes.length - 1 : bytes.length;
  const inside = bytes.subarray(0, end);
  if (!inside.includes(LINE_FEED) && !inside.includes(TAB)) return bytes;
  const escaped = Buffer.allocUnsafe(inside.length * 2 + 1);
  let at = 0;
  for (const byte of inside) {
    if (byte === LINE_FEED || byte === TAB) {
      escaped[at++] = BACKSLASH;
      escaped[at++] = byte === TAB ? LETTER_T : LETTER_N;
    } else escaped[at++] = byte;
  }
  if (end < bytes.length) escaped[at++] = LINE_FEED;
  return Buffer.from(escaped.subarray(0, at));
}
