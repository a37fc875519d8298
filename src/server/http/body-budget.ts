import { RefusedError } from "../../api/protocol/http.ts";
import type { Clock } from "../../std/clock.ts";

/** Where somebody waits for memory, a body has to come at least as fast as 4 Mbit/s, or it gives its share back. */
const WANTED_BYTES_PER_MS = 512;

/** What a body may take to get going: connections start slowly. */
const GRACE_MS = 2_000;

/** How often slow bodies are looked for while somebody waits. */
const SLOW_CHECK_MS = 500;

interface Waiter {
  readonly bytes: number;
  readonly admit: () => void;
}

/**
 * Memory for request bodies under way, in the order of asking. More bytes in flight only add waiting and cache misses
 * (measured), so beyond the cap bodies stay in their sockets, which makes clients slow down by themselves; who has waited
 * too long is told to come back later. Nobody holds memory for others by sending slowly: while somebody waits, bodies that
 * do not come are given up, the largest first. A slow client that is in nobody's way is left in peace. A body that is larger
 * than the cap waits until it is alone.
 */
export class BodyBudget {
  readonly #clock: Clock;
  readonly #bytesMax: number;
  readonly #waitMsMax: number;
  #bytes = 0;
  #waiters: Waiter[] = [];
  readonly #arriving = new Set<ArrivingBody>();
  #watching = false;

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
    if (this.#waiters.length === 0 && this.#hasRoom(bytes)) {
      this.#bytes += bytes;
      return;
    }
    const admitted = new AbortController();
    const waiter = { bytes, admit: () => admitted.abort() };
    this.#waiters.push(waiter);
    void this.#giveUpSlow();
    await this.#clock.sleep(this.#waitMsMax, admitted.signal).catch(() => undefined);
    if (admitted.signal.aborted) return;
    this.#waiters = this.#waiters.filter((other) => other !== waiter);
    this.#admitWaiters();
    throw new RefusedError("overloaded", "Slow down.");
  }

  /** Says that a body of so many reserved bytes is being read. `giveUp` is called when it has to make room. */
  arriving(reservedBytes: number, giveUp: () => void): ArrivingBody {
    const body = new ArrivingBody(reservedBytes, this.#clock.monotonic(), giveUp);
    this.#arriving.add(body);
    return body;
  }

  /** The body is there, or never will be. */
  arrived(body: ArrivingBody): void {
    this.#arriving.delete(body);
  }

  release(bytes: number): void {
    this.#bytes -= bytes;
    this.#admitWaiters();
  }

  /** Runs while somebody waits. */
  async #giveUpSlow(): Promise<void> {
    if (this.#watching) return;
    this.#watching = true;
    while (this.#waiters.length > 0) {
      await this.#clock.sleep(SLOW_CHECK_MS);
      const now = this.#clock.monotonic();
      const slow = [...this.#arriving].filter((body) => body.isSlow(now));
      slow.sort((a, b) => b.reservedBytes - a.reservedBytes);
      let wanted = this.#waiters.reduce((sum, { bytes }) => sum + bytes, 0) - (this.#bytesMax - this.#bytes);
      for (const body of slow) {
        if (wanted <= 0) break;
        wanted -= body.reservedBytes;
        this.#arriving.delete(body);
        body.giveUp();
      }
    }
    this.#watching = false;
  }

  #hasRoom(bytes: number): boolean {
    return this.#bytes === 0 || this.#bytes + bytes <= this.#bytesMax;
  }

  #admitWaiters(): void {
    for (let first = this.#waiters[0]; first !== undefined; first = this.#waiters[0]) {
      if (!this.#hasRoom(first.bytes)) return;
      this.#bytes += first.bytes;
      this.#waiters.shift();
      first.admit();
    }
  }
}

/** A body on its way into the memory that is reserved for it. */
export class ArrivingBody {
  receivedBytes = 0;
  readonly reservedBytes: number;
  readonly giveUp: () => void;
  readonly #sinceMs: number;

  constructor(reservedBytes: number, sinceMs: number, giveUp: () => void) {
    this.reservedBytes = reservedBytes;
    this.#sinceMs = sinceMs;
    this.giveUp = giveUp;
  }

  isSlow(nowMs: number): boolean {
    return this.receivedBytes < (nowMs - this.#sinceMs - GRACE_MS) * WANTED_BYTES_PER_MS;
  }
}
