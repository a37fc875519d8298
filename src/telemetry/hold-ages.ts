import type { Clock } from "../std/clock.ts";

interface SeenHold {
  readonly hold: number;
  readonly since: number;
}

/** Since when the hold of each delivery has been where it is, as far as whoever looks has seen. */
export class HoldAges {
  readonly #clock: Clock;
  #before: ReadonlyMap<string, SeenHold> = new Map();
  #seen = new Map<string, SeenHold>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Opens a round: deliveries that it does not ask for are forgotten with the next. */
  begin(): void {
    this.#before = this.#seen;
    this.#seen = new Map();
  }

  /** 0 when nothing waits behind the hold. */
  ageMs(delivery: string, hold: number, end: number): number {
    if (hold >= end) return 0;
    const before = this.#before.get(delivery);
    const now = this.#clock.monotonic();
    const since = before?.hold === hold ? before.since : now;
    this.#seen.set(delivery, { hold, since });
    return now - since;
  }
}
