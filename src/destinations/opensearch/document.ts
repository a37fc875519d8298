import { isUtf8 } from "node:buffer";

/**
 * A record as the source line of a bulk request. The request is divided by line feeds and nothing else, so a record that
 * keeps one would be read as two lines, and the second as an action: `{"delete":…}`. Between the members of an object a line
 * feed is white space and becomes a blank; within a string it is no JSON. Bytes are looked at and never parsed: what else
 * may be wrong with an object, the cluster says, and for this record alone.
 */
export type Document = { readonly line: Buffer } | { readonly problem: string };

const LINE_FEED = 0x0a;
const BLANK = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const BYTE_ORDER_MARK = Buffer.of(0xef, 0xbb, 0xbf);

export function documentOf(record: Buffer): Document {
  const line = trimmed(record);
  if (line[0] !== OPEN_BRACE || line[line.length - 1] !== CLOSE_BRACE) {
    return { problem: `expected one JSON object, got ${described(line)}` };
  }
  if (!isUtf8(line)) return { problem: "expected JSON in UTF-8, got bytes that are no UTF-8" };
  const firstBreak = line.indexOf(LINE_FEED);
  return firstBreak === -1 ? { line } : joined(line);
}

/** Without white space and byte order mark around it. */
function trimmed(record: Buffer): Buffer {
  let start = 0;
  let end = record.length;
  if (record[0] === BYTE_ORDER_MARK[0] && record.subarray(0, 3).equals(BYTE_ORDER_MARK)) start = 3;
  while (start < end && isWhite(record[start])) start++;
  while (end > start && isWhite(record[end - 1])) end--;
  return record.subarray(start, end);
}

function isWhite(byte: number | undefined): boolean {
  return byte === BLANK || byte === LINE_FEED || byte === 0x0d || byte === 0x09;
}

function joined(line: Buffer): Document {
  const copy = Buffer.from(line);
  let inString = false;
  for (let at = 0; at < copy.length; at++) {
    const byte = copy[at];
    if (byte === QUOTE) inString = !inString;
    else if (byte === BACKSLASH && copy[at + 1] !== LINE_FEED) at++;
    else if (byte === LINE_FEED) {
      if (inString) return { problem: `expected one JSON object, got a line break within a string at byte ${at}` };
      copy[at] = BLANK;
    }
  }
  return { line: copy };
}

const SHOWN_CHARACTERS = 20;

function described(line: Buffer): string {
  if (line.length === 0) return "an empty record";
  return `what begins with ${JSON.stringify(line.toString("utf8", 0, SHOWN_CHARACTERS))}`;
}
