import type { Clock } from "../../src/std/clock.ts";

interface Sleeper {
  readonly wakeAt: number;
  readonly wake: () => void;
}

/** Wakes in one run: a loop that never rests is found here and not by somebody's patience. */
const WAKES_MAX = 400_000;

/**
 * Time of a simulated world. It stands still while anything has something to do: between two wakes everything that can run
 * runs, and because disk and network are simulated too, the order is the same in each run.
 */
export class SimulatedClock implements Clock {
  #wallMs = Date.UTC(2026, 2, 1, 9, 30);
  #latestWallMs = this.#wallMs;
  #monotonicMs = 0;
  #setForwardMs = 0;
  #sleepers = new Set<Sleeper>();
  #wakes = 0;

  now(): number {
    return this.#wallMs;
  }

  monotonic(): number {
    return this.#monotonicMs;
  }

  /** The latest time that the wall clock has ever shown. */
  get latestWallMs(): number {
    return this.#latestWallMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#sleep(ms, signal, () => true);
  }

  /** The clock as a process sees it that may die: whoever sleeps in a dead one is never woken. */
  forProcess(isAlive: () => boolean): Clock {
    return {
      now: () => this.now(),
      monotonic: () => this.monotonic(),
      sleep: (ms, signal) => this.#sleep(ms, signal, isAlive),
    };
  }

  async advance(ms: number): Promise<void> {
    await rest();
    const until = this.#monotonicMs + ms;
    for (let next = this.#earliest(); next !== undefined && next.wakeAt <= until; next = this.#earliest()) {
      this.#sleepers.delete(next);
      this.#move(Math.max(0, next.wakeAt - this.#monotonicMs));
      next.wake();
      if (++this.#wakes > WAKES_MAX) throw new Error(`The world does not come to rest: ${WAKES_MAX} wakes`);
      await rest();
    }
    this.#move(until - this.#monotonicMs);
    await rest();
  }

  /** Sets the wall clock, as a person or a time server would. */
  jump(ms: number): void {
    this.#setForwardMs += Math.max(0, ms);
    this.#pass(ms);
  }

  /** By how much the wall clock was ever set forward, in sum. */
  get setForwardMs(): number {
    return this.#setForwardMs;
  }

  #pass(ms: number): void {
    this.#wallMs += ms;
    this.#latestWallMs = Math.max(this.#latestWallMs, this.#wallMs);
  }

  #sleep(ms: number, signal: AbortSignal | undefined, isAlive: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!isAlive()) return;
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        this.#sleepers.delete(sleeper);
        if (isAlive()) reject(signal?.reason);
      };
      const wake = () => {
        signal?.removeEventListener("abort", onAbort);
        if (isAlive()) resolve();
      };
      const sleeper = { wakeAt: this.#monotonicMs + ms, wake };
      if (Number.isFinite(ms)) this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }

  #earliest(): Sleeper | undefined {
    let earliest: Sleeper | undefined;
    for (const sleeper of this.#sleepers) {
      if (earliest === undefined || sleeper.wakeAt < earliest.wakeAt) earliest = sleeper;
    }
    return earliest;
  }

  #move(ms: number): void {
    this.#monotonicMs += ms;
    this.#pass(ms);
  }
}

/** Everything that can run without time passing has run when this resolves: the world knows promises only, no real waits. */
function rest(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
