import { RefusedError } from "../../api/protocol/http.ts";
import { invariant } from "../../std/assert.ts";
import type { Clock } from "../../std/clock.ts";

interface Waiter {
  readonly bytes: number;
  readonly admit: () => void;
}

/**
 * Memory for request bodies under way, in the order of asking. More bytes in flight only add waiting and cache misses
 * (measured), so beyond the cap bodies stay in their sockets, which makes clients slow down by themselves; who has waited
 * too long is told to come back later.
 */
export class BodyBudget {
  readonly #clock: Clock;
  readonly #bytesMax: number;
  readonly #waitMsMax: number;
  #bytes = 0;
  #waiters: Waiter[] = [];

  constructor(options: { readonly clock: Clock; readonly bytesMax: number; readonly waitMsMax: number }) {
    this.#clock = options.clock;
    this.#bytesMax = options.bytesMax;
    this.#waitMsMax = options.waitMsMax;
  }

  get bytesUnderWay(): number {
    return this.#bytes;
  }

  /** Resolves at once where there is room. Rejects with `overloaded` after the longest wait. */
  async acquire(bytes: number): Promise<void> {
    invariant(bytes <= this.#bytesMax, "no body is larger than the memory for bodies");
    if (this.#waiters.length === 0 && this.#bytes + bytes <= this.#bytesMax) {
      this.#bytes += bytes;
      return;
    }
    const admitted = new AbortController();
    const waiter = { bytes, admit: () => admitted.abort() };
    this.#waiters.push(waiter);
    await this.#clock.sleep(this.#waitMsMax, admitted.signal).catch(() => undefined);
    if (admitted.signal.aborted) return;
    this.#waiters = this.#waiters.filter((other) => other !== waiter);
    this.#admitWaiters();
    throw new RefusedError("overloaded", "Slow down.");
  }

  release(bytes: number): void {
    this.#bytes -= bytes;
    this.#admitWaiters();
  }

  #admitWaiters(): void {
    for (let first = this.#waiters[0]; first !== undefined; first = this.#waiters[0]) {
      if (this.#bytes + first.bytes > this.#bytesMax) return;
      this.#bytes += first.bytes;
      this.#waiters.shift();
      first.admit();
    }
  }
}
