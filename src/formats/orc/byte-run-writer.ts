import type { PositionTaker } from "./position.ts";
import type { StreamBuffer } from "./stream-buffer.ts";

/**
 * Run-length encoding of bytes:
 *
 *     run        length minus 3 (0 to 127), byte
 *     literals   minus their count (-1 to -128), bytes
 */
export class ByteRunWriter implements PositionTaker {
  readonly stream: StreamBuffer;
  readonly #literals = Buffer.alloc(LITERALS_MAX);
  #count = 0;
  /** Equal bytes at the end of what waits. */
  #tail = 0;
  #repeats = false;

  constructor(stream: StreamBuffer) {
    this.stream = stream;
  }

  write(value: number): void {
    if (this.#count === 0) this.#begin(value);
    else if (this.#repeats) this.#continueRun(value);
    else this.#continueLiterals(value);
  }

  /** Where the run in hand will begin, and how many of its values are before this point. */
  takePosition(): number[] {
    return [this.stream.plainLength, this.#count];
  }

  flush(): void {
    if (this.#count === 0) return;
    if (this.#repeats) {
      this.stream.byte(this.#count - RUN_MIN);
      this.stream.byte(this.#literals[0] ?? 0);
    } else {
      this.stream.byte(0x100 - this.#count);
      this.stream.reserve(this.#count);
      this.#literals.copy(this.stream.bytes, this.stream.length, 0, this.#count);
      this.stream.length += this.#count;
    }
    this.#count = 0;
    this.#repeats = false;
  }

  #begin(value: number): void {
    this.#literals[0] = value;
    this.#count = 1;
    this.#tail = 1;
  }

  #continueRun(value: number): void {
    if (value === this.#literals[0]) {
      if (++this.#count === RUN_MAX) this.flush();
      return;
    }
    this.flush();
    this.#begin(value);
  }

  #continueLiterals(value: number): void {
    this.#tail = value === this.#literals[this.#count - 1] ? this.#tail + 1 : 1;
    if (this.#tail === RUN_MIN) {
      this.#count -= RUN_MIN - 1;
      this.flush();
      this.#literals[0] = value;
      this.#count = RUN_MIN;
      this.#repeats = true;
      return;
    }
    this.#literals[this.#count++] = value;
    if (this.#count === LITERALS_MAX) this.flush();
  }
}

const RUN_MIN = 3;
const RUN_MAX = 127 + RUN_MIN;
const LITERALS_MAX = 128;
