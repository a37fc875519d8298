import type { PackedRecords } from "../../model/records.ts";

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * NDJSON as records: one per line, each with its line feed, so that the files they end up in can be read by line again. The
 * last line gets its line feed if it came without; blank lines are no records. Usually the body itself becomes the packed
 * buffer and nothing is copied.
 */
export function splitLines(body: Buffer): PackedRecords {
  const ends: number[] = [];
  let clean = true;
  let from = 0;
  while (from < body.length) {
    const found = body.indexOf(LINE_FEED, from);
    const to = found < 0 ? body.length : found + 1;
    if (isBlank(body, from, found < 0 ? to : found)) clean = false;
    else ends.push(to);
    if (found < 0) clean = false;
    from = to;
  }
  return clean ? { bytes: body, ends: Uint32Array.from(ends) } : copyLines(body);
}

function copyLines(body: Buffer): PackedRecords {
  const bytes = Buffer.allocUnsafeSlow(body.length + 1);
  const ends: number[] = [];
  let filled = 0;
  let from = 0;
  while (from < body.length) {
    const found = body.indexOf(LINE_FEED, from);
    const lineEnd = found < 0 ? body.length : found;
    if (!isBlank(body, from, lineEnd)) {
      filled += body.copy(bytes, filled, from, lineEnd);
      bytes[filled++] = LINE_FEED;
      ends.push(filled);
    }
    from = lineEnd + 1;
  }
  return { bytes: bytes.subarray(0, filled), ends: Uint32Array.from(ends) };
}

function isBlank(body: Buffer, from: number, to: number): boolean {
  return to === from || (to === from + 1 && body[from] === CARRIAGE_RETURN);
}
