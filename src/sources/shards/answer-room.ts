import { Notifier } from "../../std/notifier.ts";

/** Answers of all shards that wait to be taken; while they are more, no shard is read. */
const HELD_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Bounds what answers hold in memory, whatever the number of shards. A shard that is stuck, because a function does not take
 * its records, holds its own answer and none of the others'.
 */
export class AnswerRoom {
  readonly #bytesMax: number;
  readonly #freed = new Notifier();
  #bytes = 0;

  constructor(bytesMax = HELD_BYTES_MAX) {
    this.#bytesMax = bytesMax;
  }

  async wait(signal: AbortSignal): Promise<void> {
    while (this.#bytes >= this.#bytesMax) await this.#freed.wait(signal);
  }

  async hold(bytes: number, take: () => Promise<void>): Promise<void> {
    this.#bytes += bytes;
    try {
      await take();
    } finally {
      this.#bytes -= bytes;
      this.#freed.notify();
    }
  }
}
