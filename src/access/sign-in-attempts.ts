import type { Clock } from "../std/clock.ts";
import { AccessError } from "./access-error.ts";
import { clientOf } from "./client-address.ts";

/**
 * Slows down who guesses passwords. Failures are counted by address and by user; after some that are free the next attempt
 * is looked at only after a wait, which doubles with each failure. An attempt within the wait is refused unseen and counts
 * for nothing.
 *
 * The longest wait for an address is longer than that for a user, so that whoever guesses from one address comes to be
 * refused there and cannot keep the user out from elsewhere. An attempt counts as failed from its beginning: a hundred at
 * the same moment are a hundred.
 *
 * Memory: at most `COUNTERS_MAX` of each kind; beyond it the one whose last failure is longest ago is forgotten.
 */
interface Policy {
  readonly free: number;
  readonly waitMsMax: number;
}

const USER: Policy = { free: 5, waitMsMax: 60_000 };
/** Several people may sit behind one address, and a proxy in front of the server makes it one for all. */
const ADDRESS: Policy = { free: 20, waitMsMax: 300_000 };

const FIRST_WAIT_MS = 1_000;

/** After so long without a failure all is forgotten. */
const QUIET_MS = 3_600_000;

const COUNTERS_MAX = 10_000;

interface Counter {
  readonly failures: number;
  /** On the monotonic clock. */
  readonly lastAt: number;
  readonly nextAt: number;
  readonly waitMs: number;
}

export class SignInAttempts {
  readonly #clock: Clock;
  readonly #users = new Map<string, Counter>();
  readonly #addresses = new Map<string, Counter>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Throws `too-many-attempts`; else the attempt counts as failed until `succeeded`. */
  begin(user: string, address: string): void {
    const client = clientOf(address);
    const waitMs = Math.max(this.#waitMs(this.#users, user), this.#waitMs(this.#addresses, client));
    if (waitMs > 0) {
      const message = `Too many attempts to sign in have failed: try again in ${Math.ceil(waitMs / 1000)} s`;
      throw new AccessError("too-many-attempts", message, { retryAfterMs: waitMs });
    }
    this.#count(this.#users, user, USER);
    this.#count(this.#addresses, client, ADDRESS);
  }

  /** The wait begins when the answer is given: checking a password takes long on a busy machine. */
  failed(user: string, address: string): void {
    const now = this.#clock.monotonic();
    for (const [counters, key] of [
      [this.#users, user],
      [this.#addresses, clientOf(address)],
    ] as const) {
      const counter = counters.get(key);
      if (counter !== undefined) counters.set(key, { ...counter, lastAt: now, nextAt: now + counter.waitMs });
    }
  }

  /** The user starts anew; the address is only forgiven this attempt, or one who has an account could guess others for ever. */
  succeeded(user: string, address: string): void {
    this.#users.delete(user);
    const client = clientOf(address);
    const counter = this.#addresses.get(client);
    if (counter === undefined) return;
    if (counter.failures <= 1) this.#addresses.delete(client);
    else this.#addresses.set(client, { ...counter, failures: counter.failures - 1, nextAt: 0, waitMs: 0 });
  }

  /** What is remembered, for tests of its bound. */
  get counters(): number {
    return this.#users.size + this.#addresses.size;
  }

  #waitMs(counters: ReadonlyMap<string, Counter>, key: string): number {
    return Math.max(0, (counters.get(key)?.nextAt ?? 0) - this.#clock.monotonic());
  }

  #count(counters: Map<string, Counter>, key: string, { free, waitMsMax }: Policy): void {
    const now = this.#clock.monotonic();
    const known = counters.get(key);
    const failures = known === undefined || now - known.lastAt > QUIET_MS ? 1 : known.failures + 1;
    const waitMs = failures < free ? 0 : Math.min(waitMsMax, FIRST_WAIT_MS * 2 ** Math.min(failures - free, 30));
    // Entered anew, so that the first of the map is the one whose failure is longest ago.
    counters.delete(key);
    counters.set(key, { failures, lastAt: now, nextAt: now + waitMs, waitMs });
    const [oldest] = counters.keys();
    if (counters.size > COUNTERS_MAX && oldest !== undefined) counters.delete(oldest);
  }
}
