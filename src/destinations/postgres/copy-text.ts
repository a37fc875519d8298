import { isUtf8 } from "node:buffer";

/**
 * Rows in the text format of COPY (PostgreSQL, "COPY", Text Format): values with tabs between them, a line feed behind each
 * row, `\N` for null; backslash and control characters inside a value are written with a backslash.
 */
export class CopyText {
  #bytes = Buffer.allocUnsafe(FIRST_BYTES);
  #length = 0;
  #rowStart = 0;
  /** All bytes of the row, joined by "or": whether one of them is beyond ASCII. */
  #seen = 0;

  /** Bytes of the rows so far. */
  get length(): number {
    return this.#length;
  }

  /** The first value of a row comes without one. */
  tab(): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = TAB;
  }

  null(): void {
    this.#reserve(2);
    this.#bytes[this.#length++] = BACKSLASH;
    this.#bytes[this.#length++] = LETTER_N;
  }

  /** A value as it stands in a buffer. */
  bytes(source: Buffer, start: number, end: number): void {
    this.#reserve(2 * (end - start));
    const target = this.#bytes;
    let length = this.#length;
    let seen = this.#seen;
    for (let at = start; at < end; at++) {
      const byte = source[at] as number;
      seen |= byte;
      if (byte === BACKSLASH || byte < SPACE) {
        const letter = LETTERS[byte];
        if (letter !== undefined) {
          target[length++] = BACKSLASH;
          target[length++] = letter;
          continue;
        }
      }
      target[length++] = byte;
    }
    this.#seen = seen;
    this.#length = length;
  }

  /** The same for bytes that need no backslash; false, and nothing is written, where they do. */
  plainBytes(source: Buffer, start: number, end: number): boolean {
    this.#reserve(end - start);
    const target = this.#bytes;
    let length = this.#length;
    let seen = this.#seen;
    for (let at = start; at < end; at++) {
      const byte = source[at] as number;
      if (byte === BACKSLASH || byte < SPACE) return false;
      seen |= byte;
      target[length++] = byte;
    }
    this.#seen = seen;
    this.#length = length;
    return true;
  }

  text(value: string): void {
    const bytes = Buffer.from(value);
    this.bytes(bytes, 0, bytes.length);
  }

  /** False, and the row is dropped, where it is no UTF-8. */
  endRow(): boolean {
    if (this.#seen > ASCII_MAX && !isUtf8(this.#bytes.subarray(this.#rowStart, this.#length))) {
      this.dropRow();
      return false;
    }
    this.#reserve(1);
    this.#bytes[this.#length++] = LINE_FEED;
    this.#rowStart = this.#length;
    this.#seen = 0;
    return true;
  }

  /** Takes back what was written since the last row. */
  dropRow(): void {
    this.#length = this.#rowStart;
    this.#seen = 0;
  }

  /** The rows so far, which it forgets. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = Buffer.allocUnsafe(FIRST_BYTES);
    this.#length = 0;
    this.#rowStart = 0;
    return taken;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, this.#length + bytes));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

const FIRST_BYTES = 128 * 1024;

const TAB = 0x09;
const LINE_FEED = 0x0a;
const SPACE = 0x20;
const LETTER_N = 0x4e;
const BACKSLASH = 0x5c;
const ASCII_MAX = 0x7f;

/** What stands behind the backslash, by byte. */
const LETTERS: readonly (number | undefined)[] = Array.from({ length: BACKSLASH + 1 }, (_, byte) => {
  const letter = { 8: "b", 9: "t", 10: "n", 11: "v", 12: "f", 13: "r", [BACKSLASH]: "\\" }[byte];
  return letter?.charCodeAt(0);
});
