import type { Clock } from "../../src/std/clock.ts";

interface Sleeper {
  readonly wakeAt: number;
  readonly wake: () => void;
}

/** A clock that moves only when it is told to. `advance` moves both clocks and wakes sleepers; `jump` sets the wall alone. */
export class PretendClock implements Clock {
  #wallMs: number;
  #monotonicMs = 0;
  #sleepers: Sleeper[] = [];

  constructor(wallMs = Date.UTC(2026, 0, 1)) {
    this.#wallMs = wallMs;
  }

  now(): number {
    return this.#wallMs;
  }

  monotonic(): number {
    return this.#monotonicMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        this.#sleepers = this.#sleepers.filter((candidate) => candidate !== sleeper);
        reject(signal?.reason);
      };
      const wake = () => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      };
      const sleeper = { wakeAt: this.#monotonicMs + ms, wake };
      this.#sleepers.push(sleeper);
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }

  /** Lets what is under way come to rest and then time pass, sleeper by sleeper in the order of their waking, each with a turn of the event loop to act. */
  async advance(ms: number): Promise<void> {
    await new Promise(setImmediate);
    const until = this.#monotonicMs + ms;
    for (;;) {
      const next = this.#sleepers.toSorted((a, b) => a.wakeAt - b.wakeAt)[0];
      if (next === undefined || next.wakeAt > until) break;
      this.#sleepers = this.#sleepers.filter((candidate) => candidate !== next);
      this.#move(Math.max(0, next.wakeAt - this.#monotonicMs));
      next.wake();
      await new Promise(setImmediate);
    }
    this.#move(until - this.#monotonicMs);
    await new Promise(setImmediate);
  }

  /** Sets the wall clock forward or back, as a person or NTP would. */
  jump(ms: number): void {
    this.#wallMs += ms;
  }

  #move(ms: number): void {
    this.#wallMs += ms;
    this.#monotonicMs += ms;
  }
}
