import { LakehoseError } from "../../model/errors.ts";
import { RECORD_BYTES_CEILING } from "../../model/limits.ts";

const LINE_FEED = 0x0a;
const QUOTE = 0x22;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** Whole lines of a text, chunk by chunk, each with its line feed; the last one of a file may have none. */
export async function* textLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer[]> {
  let begun: Buffer[] = [];
  let begunBytes = 0;
  for await (const chunk of withoutMark(chunks)) {
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      const line = chunk.subarray(start, end + 1);
      lines.push(begun.length === 0 ? line : Buffer.concat([...begun, line]));
      if (begun.length > 0) begun = [];
      begunBytes = 0;
      start = end + 1;
    }
    if (start < chunk.length) {
      begun.push(chunk.subarray(start));
      begunBytes += chunk.length - start;
      if (begunBytes > RECORD_BYTES_CEILING) throw tooLong("a line");
    }
    if (lines.length > 0) yield lines;
  }
  if (begun.length > 0) yield [Buffer.concat(begun)];
}

/** Rows of CSV (RFC 4180): lines, joined where a line feed stands within quotes. */
export async function* csvRows(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer[]> {
  let begun: Buffer[] = [];
  let begunBytes = 0;
  for await (const lines of textLines(chunks)) {
    const rows: Buffer[] = [];
    for (const line of lines) {
      const changesSide = hasOddQuotes(line);
      // Inside quotes until a line with the other half of the pair comes.
      if (begun.length === 0 && !changesSide) {
        rows.push(line);
        continue;
      }
      begun.push(line);
      begunBytes += line.length;
      if (begunBytes > RECORD_BYTES_CEILING) throw tooLong("a row, or the end of its quotes,");
      if (begun.length === 1 || !changesSide) continue;
      rows.push(Buffer.concat(begun));
      begun = [];
      begunBytes = 0;
    }
    if (rows.length > 0) yield rows;
  }
  if (begun.length > 0) throw new LakehoseError("damaged-text", "Expected a closing quote before the end of the file");
}

function hasOddQuotes(line: Buffer): boolean {
  let odd = false;
  for (let at = line.indexOf(QUOTE); at !== -1; at = line.indexOf(QUOTE, at + 1)) odd = !odd;
  return odd;
}

function tooLong(what: string): LakehoseError {
  return new LakehoseError("damaged-text", `Expected ${what} within ${RECORD_BYTES_CEILING} bytes: is this text?`);
}

/** The byte order mark belongs to the file, not to its first line. */
async function* withoutMark(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (held === undefined) {
      yield chunk;
      continue;
    }
    held = Buffer.concat([held, chunk]);
    if (held.length < BYTE_ORDER_MARK.length) continue;
    yield markOff(held);
    held = undefined;
  }
  if (held !== undefined && held.length > 0) yield markOff(held);
}

function markOff(start: Buffer): Buffer {
  const hasMark = start.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
  return hasMark ? start.subarray(BYTE_ORDER_MARK.length) : start;
}
