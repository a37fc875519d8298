import { reasonOf } from "../model/errors.ts";
import { backoffMs } from "../std/backoff.ts";
import type { Clock } from "../std/clock.ts";
import type { Random } from "../std/random.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { AlarmNotification } from "./alarm-records.ts";
import type { AlarmTarget } from "./alarm-target.ts";

const BACKOFF = { firstMs: 1_000, maxMs: 5 * 60_000 };

/** Later than this an alarm is no news. */
const AGE_MS_MAX = 24 * 3_600_000;

export interface AlarmMessengerOptions {
  readonly name: string;
  readonly target: AlarmTarget;
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
  /** The oldest that waits for this target. */
  readonly next: () => AlarmNotification | undefined;
  /** It was taken, or given up: it must not be sent again. Resolves when that is durable. */
  readonly done: (id: string) => Promise<void>;
}

export interface AlarmMessengerStatus {
  readonly name: string;
  readonly target: string;
  /** Of the newest attempt, until one succeeds. */
  readonly failure?: { readonly at: number; readonly message: string };
}

/** Tells one target of one transition after the other, in their order, until each is taken or too old. */
export class AlarmMessenger {
  readonly #options: AlarmMessengerOptions;
  readonly #closing = new AbortController();
  #working: Promise<void> | undefined;
  #renewing: Promise<void> | undefined;
  /** The newest that was taken: it is not sent again when only crossing it out has failed. */
  #taken: string | undefined;
  #failure: AlarmMessengerStatus["failure"];

  constructor(options: AlarmMessengerOptions) {
    this.#options = options;
  }

  get status(): AlarmMessengerStatus {
    const { name, target } = this.#options;
    return { name, target: target.name, ...(this.#failure !== undefined && { failure: this.#failure }) };
  }

  /** Something waits, perhaps. */
  wake(): void {
    if (this.#closing.signal.aborted) return;
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
      // What came between the last look and the end has found a messenger that seemed to be at work.
      if (this.#options.next() !== undefined) this.wake();
    });
  }

  /** Tells the target again of what is on, if it wants that. Nobody waits for it, and the next time mends a failure. */
  renew(active: readonly AlarmNotification[]): void {
    const { target } = this.#options;
    const { signal } = this.#closing;
    if (target.renew === undefined || active.length === 0 || this.#renewing !== undefined || signal.aborted) return;
    this.#renewing = target
      .renew(active, signal)
      .catch((error: unknown) => void this.#fail(error))
      .finally(() => {
        this.#renewing = undefined;
      });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([this.#working, this.#renewing]);
    await this.#options.target.close();
  }

  async #work(): Promise<void> {
    const { signal } = this.#closing;
    const { clock, random, next, done } = this.#options;
    for (let attempt = 1; !signal.aborted; ) {
      const notification = next();
      if (notification === undefined) return;
      const settled = await this.#tell(notification, attempt)
        .then((told) => told && done(notification.id).then(() => true))
        .catch((error: unknown) => this.#fail(error));
      attempt = settled ? 1 : attempt + 1;
      if (!settled) await clock.sleep(backoffMs(attempt - 1, random, BACKOFF), signal).catch(() => undefined);
    }
  }

  /** Whether nothing is left to do about it. */
  async #tell(notification: AlarmNotification, attempt: number): Promise<boolean> {
    const { name, target, clock, telemetry } = this.#options;
    const { id, rule, stream } = notification;
    if (id === this.#taken) return true;
    try {
      await target.send(notification, this.#closing.signal);
      this.#taken = id;
      this.#failure = undefined;
      return true;
    } catch (error) {
      if (this.#closing.signal.aborted) return false;
      this.#fail(error);
      const givenUp = clock.now() - notification.at > AGE_MS_MAX;
      telemetry.emit("alarm.notificationFailed", {
        rule,
        stream,
        target: name,
        id,
        attempt,
        givenUp,
        message: reasonOf(error),
      });
      return givenUp;
    }
  }

  #fail(error: unknown): false {
    this.#failure = { at: this.#options.clock.now(), message: reasonOf(error) };
    return false;
  }
}
