/**
 * Rows in the text format of COPY (PostgreSQL, "COPY", Text Format): values with tabs between them, a line feed behind each
 * row, `\N` for null; backslash and control characters inside a value are written with a backslash.
 */
export class CopyText {
  #bytes = Buffer.allocUnsafe(FIRST_BYTES);
  #length = 0;
  #rowStart = 0;
  #isFirstOfRow = true;

  get length(): number {
    return this.#length;
  }

  null(): void {
    this.#separate();
    this.#raw(NULL);
  }

  /** A value as it stands in a buffer, in UTF-8. */
  bytes(source: Buffer, start: number, end: number): void {
    this.#separate();
    this.#reserve(2 * (end - start));
    const target = this.#bytes;
    let length = this.#length;
    for (let at = start; at < end; at++) {
      const byte = source[at] ?? 0;
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
    this.#length = length;
  }

  text(value: string): void {
    const bytes = Buffer.from(value);
    this.bytes(bytes, 0, bytes.length);
  }

  endRow(): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = LINE_FEED;
    this.#rowStart = this.#length;
    this.#isFirstOfRow = true;
  }

  /** Takes back what was written since the last row. */
  dropRow(): void {
    this.#length = this.#rowStart;
    this.#isFirstOfRow = true;
  }

  /** The rows so far, which it forgets. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = Buffer.allocUnsafe(Math.max(FIRST_BYTES, this.#length));
    this.#length = 0;
    this.#rowStart = 0;
    return taken;
  }

  #separate(): void {
    if (this.#isFirstOfRow) this.#isFirstOfRow = false;
    else {
      this.#reserve(1);
      this.#bytes[this.#length++] = TAB;
    }
  }

  #raw(bytes: Buffer): void {
    this.#reserve(bytes.length);
    bytes.copy(this.#bytes, this.#length);
    this.#length += bytes.length;
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
const BACKSLASH = 0x5c;
const NULL = Buffer.from("\\N");

/** What stands behind the backslash, by byte. */
const LETTERS: readonly (number | undefined)[] = Array.from({ length: BACKSLASH + 1 }, (_, byte) => {
  const letter = { 8: "b", 9: "t", 10: "n", 11: "v", 12: "f", 13: "r", [BACKSLASH]: "\\" }[byte];
  return letter?.charCodeAt(0);
});
