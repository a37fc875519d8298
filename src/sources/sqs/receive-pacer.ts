import type { Clock } from "../../std/clock.ts";
import { Mutex } from "../../std/mutex.ts";
import { Notifier } from "../../std/notifier.ts";
import {
  afterReceive,
  BATCH_MESSAGES,
  openPace,
  type PaceAim,
  type ReceivePace,
  waitBeforeReceive,
} from "./receive-pace.ts";

/** One receive that may be made now. */
export interface ReceiveTurn {
  readonly waitedMs: number;
  /** Has to be called when it is back, with what it brought. */
  done(messages: number): void;
}

/** Gives turns to all receivers of a queue: what one of them finds decides how long all of them wait. */
export class ReceivePacer {
  readonly #aim: PaceAim;
  readonly #clock: Clock;
  readonly #oneAtATime = new Mutex();
  readonly #returned = new Notifier();
  #pace: ReceivePace;
  #underWay = 0;
  #lastReturnAt: number;
  #calls = 0;
  #messages = 0;

  constructor(aim: PaceAim, clock: Clock) {
    this.#aim = aim;
    this.#clock = clock;
    this.#pace = openPace(aim);
    this.#lastReturnAt = clock.monotonic();
  }

  /** Filled slots of all receives so far, percent. */
  get efficiencyPercent(): number {
    return this.#calls === 0 ? 0 : (100 * this.#messages) / (this.#calls * BATCH_MESSAGES);
  }

  /** Resolves when one more receive may be made. Rejects with the signal's reason. */
  turn(signal: AbortSignal): Promise<ReceiveTurn> {
    return this.#oneAtATime.run(async () => {
      const waitedMs = await this.#waitForTurn(signal);
      this.#underWay++;
      return { waitedMs, done: (messages) => this.#onReturned(messages, waitedMs) };
    });
  }

  async #waitForTurn(signal: AbortSignal): Promise<number> {
    for (;;) {
      signal.throwIfAborted();
      const waitMs = waitBeforeReceive(this.#pace, this.#underWay, this.#aim);
      if (waitMs === undefined) await this.#returned.wait(signal);
      else {
        if (waitMs > 0) await this.#clock.sleep(waitMs, signal);
        return waitMs;
      }
    }
  }

  #onReturned(messages: number, waitedMs: number): void {
    const now = this.#clock.monotonic();
    const elapsedMs = now - this.#lastReturnAt;
    this.#pace = afterReceive(this.#pace, { messages, waitedMs, elapsedMs }, this.#aim);
    this.#lastReturnAt = now;
    this.#underWay--;
    this.#calls++;
    this.#messages += messages;
    this.#returned.notify();
  }
}
