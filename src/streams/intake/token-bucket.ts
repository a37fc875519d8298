import type { Clock } from "../../std/clock.ts";

/**
 * A rate with one second of burst. An amount above the burst passes when the bucket is full and is paid off afterwards, so
 * that a record larger than a second's worth gets through at all.
 */
export class TokenBucket {
  readonly #clock: Clock;
  #perSecond: number;
  #tokens: number;
  #filledAt: number;

  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#tokens = perSecond;
    this.#filledAt = clock.monotonic();
  }

  /** Takes effect from now on; tokens above the new burst are lost. */
  setRate(perSecond: number): void {
    if (perSecond === this.#perSecond) return;
    this.#fill();
    this.#perSecond = perSecond;
    this.#tokens = Math.min(this.#tokens, perSecond);
  }

  /** What could be taken now. Infinite when the bucket is full and `amount` alone is more than it ever holds. */
  available(amount: number): number {
    this.#fill();
    const full = this.#tokens >= this.#perSecond;
    return full && amount > this.#perSecond ? amount : Math.max(0, this.#tokens);
  }

  take(amount: number): void {
    this.#tokens -= amount;
  }

  #fill(): void {
    const now = this.#clock.monotonic();
    this.#tokens = Math.min(this.#perSecond, this.#tokens + ((now - this.#filledAt) / 1000) * this.#perSecond);
    this.#filledAt = now;
  }
}
