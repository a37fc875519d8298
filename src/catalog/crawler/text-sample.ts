import { isUtf8 } from "node:buffer";
import { LakehoseError } from "../../model/errors.ts";

/** The start of a text, or all of it. */
export interface TextSample {
  readonly text: string;
  /** Nothing follows. */
  readonly complete: boolean;
}

/** A text from anybody's bytes; throws `unknown-content` for what is none. A character that the sample cuts off is left out. */
export function textSample(bytes: Buffer, complete: boolean): TextSample {
  const start = bytes.subarray(0, 2).toString("latin1");
  if (start === "\xff\xfe" || start === "\xfe\xff")
    throw unknownContent("UTF-8 text or a known format, got UTF-16 text");
  const whole = complete ? bytes : withoutCutCharacter(bytes);
  if (!isText(whole)) throw unknownContent("UTF-8 text or a known format, got other bytes");
  const text = whole.toString("utf8");
  return { text: text.startsWith("\uFEFF") ? text.slice(1) : text, complete };
}

export function unknownContent(expected: string): LakehoseError {
  return new LakehoseError("unknown-content", `Expected ${expected}`);
}

/** Bytes below the blank that texts have: Hive's own delimiter, tab to carriage return, escape. */
const CONTROLS_OF_TEXT = new Set([0x01, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x1b]);

function isText(bytes: Buffer): boolean {
  return isUtf8(bytes) && bytes.every((byte) => byte >= 0x20 || CONTROLS_OF_TEXT.has(byte));
}

function withoutCutCharacter(bytes: Buffer): Buffer {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? bytes.subarray(0, -back) : bytes;
  }
  return bytes;
}
