const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const LINE_FEED = 0x0a;
const BLANK_MAX = 0x20;

/** Larger objects are not believed: a record of 64 MiB in base64, and its error message (limits.ts). */
const OBJECT_BYTES_MAX = 128 * 1024 * 1024;

const NOT_AN_OBJECT = "Expected a JSON object, got something else";

export interface JsonPiece {
  readonly bytes: Buffer;
  /** Where the piece begins in the flow. */
  readonly at: number;
  /** Set when the piece is no whole object. */
  readonly problem?: string;
}

/**
 * Cuts a flow of bytes into JSON objects by their braces, whether line breaks, blanks, commas or nothing stand between
 * them. It does not check what is inside an object; what stands outside of any is handed out as a problem, up to the next
 * line break or brace.
 */
export class JsonObjectSplitter {
  #mode: "outside" | "object" | "string" | "escape" = "outside";
  #depth = 0;
  /** Bytes of the flow before the chunk in hand. */
  #chunkAt = 0;
  /** The piece in the making: parts from earlier chunks, where it begins in the flow, and in the chunk in hand. */
  #parts: Buffer[] = [];
  #pieceAt = 0;
  #from: number | undefined;

  push(chunk: Buffer): JsonPiece[] {
    const pieces: JsonPiece[] = [];
    let at = 0;
    while (at < chunk.length) {
      if (this.#mode === "outside") at = this.#outside(chunk, at, pieces);
      else if (this.#mode === "object") at = this.#object(chunk, at, pieces);
      else if (this.#mode === "string") at = this.#string(chunk, at);
      else {
        this.#mode = "string";
        at++;
      }
    }
    this.#keep(chunk, pieces);
    return pieces;
  }

  /** Call once, after the last chunk. */
  end(): JsonPiece[] {
    if (this.#from === undefined) return [];
    const problem =
      this.#mode === "outside" ? NOT_AN_OBJECT : "Expected a whole JSON object, the data ends in the middle of it";
    return [{ bytes: Buffer.concat(this.#parts), at: this.#pieceAt, problem }];
  }

  #outside(chunk: Buffer, start: number, pieces: JsonPiece[]): number {
    for (let at = start; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (byte === OPEN || byte === LINE_FEED) this.#finish(chunk, at, pieces, NOT_AN_OBJECT);
      if (byte === OPEN) {
        this.#begin(at);
        this.#mode = "object";
        this.#depth = 1;
        return at + 1;
      }
      if (this.#from === undefined && byte > BLANK_MAX && byte !== COMMA) this.#begin(at);
    }
    return chunk.length;
  }

  #object(chunk: Buffer, start: number, pieces: JsonPiece[]): number {
    for (let at = start; at < chunk.length; at++) {
      const byte = chunk[at];
      if (byte === QUOTE) {
        this.#mode = "string";
        return at + 1;
      }
      if (byte === OPEN) this.#depth++;
      else if (byte === CLOSE && --this.#depth === 0) {
        this.#finish(chunk, at + 1, pieces);
        this.#mode = "outside";
        return at + 1;
      }
    }
    return chunk.length;
  }

  /** Base64 makes strings long, so the next quote is searched natively; escapes before it are rare. */
  #string(chunk: Buffer, start: number): number {
    const quote = chunk.indexOf(QUOTE, start);
    const end = quote === -1 ? chunk.length : quote;
    for (let at = start; ; at++) {
      const backslash = chunk.subarray(at, end).indexOf(BACKSLASH);
      if (backslash === -1) break;
      at += backslash + 1;
      if (at >= end) {
        this.#mode = "escape";
        return at;
      }
    }
    if (quote === -1) return chunk.length;
    this.#mode = "object";
    return quote + 1;
  }

  #begin(at: number): void {
    this.#from = at;
    this.#pieceAt = this.#chunkAt + at;
  }

  /** Hands out the piece in the making, if there is one, up to `end` in the chunk in hand. */
  #finish(chunk: Buffer, end: number, pieces: JsonPiece[], problem?: string): void {
    if (this.#from === undefined) return;
    const last = chunk.subarray(this.#from, end);
    const bytes = this.#parts.length === 0 ? last : Buffer.concat([...this.#parts, last]);
    pieces.push({ bytes, at: this.#pieceAt, ...(problem === undefined ? {} : { problem }) });
    this.#parts = [];
    this.#from = undefined;
  }

  /** Keeps what of the chunk belongs to a piece that goes on in the next one. */
  #keep(chunk: Buffer, pieces: JsonPiece[]): void {
    this.#chunkAt += chunk.length;
    if (this.#from === undefined) return;
    if (this.#chunkAt - this.#pieceAt > OBJECT_BYTES_MAX) {
      this.#finish(chunk, chunk.length, pieces, `Expected an object of at most ${OBJECT_BYTES_MAX} bytes, it goes on`);
      this.#mode = "outside";
      return;
    }
    this.#parts.push(chunk.subarray(this.#from));
    this.#from = 0;
  }
}
