import { ByteRunWriter } from "./byte-run-writer.ts";
import type { PositionTaker } from "./position.ts";
import type { StreamBuffer } from "./stream-buffer.ts";

/** Bits, the first in the highest place, as runs of bytes. */
export class BooleanRunWriter implements PositionTaker {
  readonly stream: StreamBuffer;
  readonly #bytes: ByteRunWriter;
  #byte = 0;
  #bits = 0;

  constructor(stream: StreamBuffer) {
    this.stream = stream;
    this.#bytes = new ByteRunWriter(stream);
  }

  write(value: boolean): void {
    if (value) this.#byte |= 0x80 >> this.#bits;
    if (++this.#bits === 8) this.#endByte();
  }

  takePosition(): number[] {
    return [...this.#bytes.takePosition(), this.#bits];
  }

  flush(): void {
    if (this.#bits > 0) this.#endByte();
    this.#bytes.flush();
  }

  #endByte(): void {
    this.#bytes.write(this.#byte);
    this.#byte = 0;
    this.#bits = 0;
  }
}
