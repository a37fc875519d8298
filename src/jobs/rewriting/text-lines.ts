import { CanonicalJson } from "../../query/engine/canonical-json.ts";
import type { CsvReader, JsonReader, PatternReader, TableReader } from "../../query/engine/table-reader.ts";

/** Readers of files that are text; the same SerDes may read lines out of SequenceFiles. */
export type TextReader = (JsonReader | CsvReader | PatternReader) & { readonly lines: "text" };

export function isTextReader(reader: TableReader): reader is TextReader {
  return "lines" in reader && reader.lines === "text";
}

/** Lines at the beginning of a file that are no records. */
export function headerLinesOf(reader: TextReader): number {
  return reader.format === "json" ? 0 : reader.skippedLines;
}

/**
 * The records of one text file on their way into another file, one a line, each ended by a line feed. Bytes of records are
 * not changed: JSON objects that share a line are put on lines of their own, a line break inside an object becomes a blank,
 * as readers of the table see them anyway.
 */
export interface TextLines {
  /** Line feeds that ended a record so far. */
  readonly lines: number;
  /** `onEnd` is told of the line feeds that end a record: the piece, and the place of the line feed in it. */
  push(chunk: Buffer, onEnd?: OnEnd): readonly Buffer[];
  /** The line feed that the last line lacks, if it lacks one. */
  end(): readonly Buffer[];
  /** Nothing is open at the end: what is written behind it is not taken for its continuation. */
  readonly isComplete: boolean;
}

export function textLines(reader: TextReader): TextLines {
  if (reader.format === "json") return new JsonLines();
  return reader.format === "pattern" || reader.quote === "" ? new PlainLines() : new QuotedLines(reader);
}

/** A byte order mark is no part of the content, and in the middle of a file it would be. */
export async function* withoutByteOrderMark(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let start: Buffer | undefined = NOTHING;
  for await (const chunk of chunks) {
    if (start === undefined) {
      yield chunk;
      continue;
    }
    start = start.length === 0 ? chunk : Buffer.concat([start, chunk]);
    if (start.length < BYTE_ORDER_MARK.length) continue;
    yield start.subarray(startsWithMark(start) ? BYTE_ORDER_MARK.length : 0);
    start = undefined;
  }
  if (start !== undefined && start.length > 0) yield start;
}

function startsWithMark(bytes: Buffer): boolean {
  return bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
}

type OnEnd = (piece: Buffer, at: number) => void;

class PlainLines implements TextLines {
  lines = 0;
  #last = LINE_FEED;

  get isComplete(): boolean {
    return true;
  }

  push(chunk: Buffer, onEnd?: OnEnd): readonly Buffer[] {
    this.count(chunk, onEnd);
    return [chunk];
  }

  end(): readonly Buffer[] {
    if (this.#last === LINE_FEED) return [];
    this.#last = LINE_FEED;
    this.lines++;
    return [LINE_BREAK];
  }

  protected count(chunk: Buffer, onEnd?: OnEnd): void {
    for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, at + 1)) {
      this.lines++;
      onEnd?.(chunk, at);
    }
    this.#last = chunk.at(-1) ?? this.#last;
  }
}

class JsonLines extends PlainLines {
  readonly #canonical = new CanonicalJson();

  override get isComplete(): boolean {
    return this.#canonical.isComplete;
  }

  override push(chunk: Buffer, onEnd?: OnEnd): readonly Buffer[] {
    const pieces = this.#canonical.push(chunk).filter(({ length }) => length > 0);
    for (const piece of pieces) this.count(piece, onEnd);
    return pieces;
  }
}

/** Line feeds inside quotes are part of a value. A quote opens where a field begins, and nowhere else. */
class QuotedLines implements TextLines {
  lines = 0;
  readonly #quote: number;
  readonly #escape: number;
  readonly #delimiter: number;
  #inQuotes = false;
  #escaped = false;
  /** A quote behind a closing one stands for a quote inside the value, which goes on. */
  #justClosed = false;
  #previous = LINE_FEED;

  constructor({ quote, escape: escaped, delimiters }: CsvReader) {
    this.#quote = Buffer.from(quote)[0] ?? 0;
    this.#escape = Buffer.from(escaped)[0] ?? 0;
    this.#delimiter = Buffer.from(delimiters[0] ?? "").at(-1) ?? 0;
  }

  get isComplete(): boolean {
    return !this.#inQuotes;
  }

  push(chunk: Buffer, onEnd?: OnEnd): readonly Buffer[] {
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      const justClosed = this.#justClosed;
      this.#justClosed = false;
      if (this.#inQuotes) this.#inside(byte);
      else if (byte === this.#quote) this.#inQuotes = justClosed || this.#beginsField();
      else if (byte === LINE_FEED) {
        this.lines++;
        onEnd?.(chunk, at);
      }
      this.#previous = byte;
    }
    return [chunk];
  }

  end(): readonly Buffer[] {
    if (this.#inQuotes || this.#previous === LINE_FEED) return [];
    this.#previous = LINE_FEED;
    this.lines++;
    return [LINE_BREAK];
  }

  #inside(byte: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (byte === this.#escape && this.#escape !== this.#quote) this.#escaped = true;
    else if (byte === this.#quote) {
      this.#inQuotes = false;
      this.#justClosed = true;
    }
  }

  #beginsField(): boolean {
    return [LINE_FEED, CARRIAGE_RETURN, this.#delimiter].includes(this.#previous);
  }
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const LINE_BREAK = Buffer.from("\n");
const NOTHING = Buffer.alloc(0);
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
