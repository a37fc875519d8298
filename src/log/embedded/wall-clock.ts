import type { Clock } from "../../std/clock.ts";

/** A change of the wall clock beyond this is told; smaller ones are NTP at work. */
const JUMP_MS_MAX = 60_000;

/** Reads the wall clock and notices, against the monotonic one, when somebody has set it. */
export class WatchedWallClock {
  readonly #clock: Clock;
  readonly #onJump: (jumpMs: number) => void;
  #wallMs: number;
  #monotonicMs: number;

  constructor(clock: Clock, onJump: (jumpMs: number) => void) {
    this.#clock = clock;
    this.#onJump = onJump;
    this.#wallMs = clock.now();
    this.#monotonicMs = clock.monotonic();
  }

  now(): number {
    const wallMs = this.#clock.now();
    const monotonicMs = this.#clock.monotonic();
    const jumpMs = wallMs - this.#wallMs - (monotonicMs - this.#monotonicMs);
    this.#wallMs = wallMs;
    this.#monotonicMs = monotonicMs;
    if (Math.abs(jumpMs) > JUMP_MS_MAX) this.#onJump(Math.round(jumpMs));
    return wallMs;
  }
}
