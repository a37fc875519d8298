import type { PortionLines } from "./portion-lines.ts";
import type { Spill } from "./spill.ts";

/**
 * The lines of several portions on their way to the scratch file: few large writes, under way while the next portions are
 * looked at. Takes no more before the write before the last one is done.
 */
export class SpillQueue {
  readonly #spill: Spill;
  #waiting: PortionLines[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(spill: Spill) {
    this.#spill = spill;
  }

  /** Resolves when more may come. */
  async add(lines: PortionLines): Promise<void> {
    this.#waiting.push(lines);
    for (const piece of lines.take()) this.#waitingBytes += piece.length;
    if (this.#waitingBytes < WRITE_BYTES) return;
    await this.#writing;
    this.#writing = this.#write();
    // Whoever comes next hears of a failure.
    this.#writing.catch(() => undefined);
  }

  /** Resolves when everything is written and no portion is looked at any more. */
  async settle(): Promise<void> {
    await this.#writing;
    if (this.#waiting.length > 0) await this.#write();
  }

  async #write(): Promise<void> {
    const portions = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    const pieces = portions.flatMap((lines) => lines.take());
    if (pieces.length > 0) await this.#spill.write(pieces);
    for (const lines of portions) lines.release();
  }
}

/** Opening and closing the file cost as much as writing a quarter of this. */
const WRITE_BYTES = 1024 * 1024;
