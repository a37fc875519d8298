import type { Clock } from "../../std/clock.ts";

/** When records are due: as far apart as they happened, divided by the speed-up. The first one is due at once. */
export class Schedule {
  readonly #clock: Clock;
  readonly #speedup: number;
  #firstMs: number | undefined;
  #startedAt = 0;

  /** `speedup` may be infinite: everything is due at once. */
  constructor(clock: Clock, speedup: number) {
    this.#clock = clock;
    this.#speedup = speedup;
  }

  /** Milliseconds until a record of this time is due; negative when it is late. */
  waitMs(timeMs: number): number {
    if (this.#speedup === Number.POSITIVE_INFINITY) return 0;
    if (this.#firstMs === undefined) {
      this.#firstMs = timeMs;
      this.#startedAt = this.#clock.monotonic();
      return 0;
    }
    return this.#startedAt + (timeMs - this.#firstMs) / this.#speedup - this.#clock.monotonic();
  }
}
