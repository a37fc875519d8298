import { reasonOf } from "../../model/errors.ts";
import { Mutex } from "../../std/mutex.ts";
import { DestinationError } from "../destination-error.ts";
import { type ServerAddress, Session, type SessionOptions } from "./session.ts";

/**
 * The one connection of a destination: opened when somebody needs it, kept for the next, and made anew when it is lost. Who
 * comes second waits, because a server's connections are few and parcels of one table would wait for each other anyway.
 */
export class OneSession {
  readonly #options: OneSessionOptions;
  readonly #turns = new Mutex();
  #session: Session | undefined;

  constructor(options: OneSessionOptions) {
    this.#options = options;
  }

  /** `signal` ends the connection and with it whatever the server is at. */
  run<T>(signal: AbortSignal, work: (session: Session) => Promise<T>): Promise<T> {
    return this.#turns.run(() => this.#exclusively(signal, work));
  }

  async close(): Promise<void> {
    this.#session?.close();
  }

  async #exclusively<T>(signal: AbortSignal, work: (session: Session) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const aborted = Promise.withResolvers<never>();
    const onAbort = () => {
      this.#session?.close();
      aborted.reject(signal.reason);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      return await Promise.race([aborted.promise, this.#open(signal).then(work)]);
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  async #open(signal: AbortSignal): Promise<Session> {
    if (this.#session?.isOpen) return this.#session;
    this.#session = await Session.open(this.#address(), this.#options, signal);
    return this.#session;
  }

  #address(): ServerAddress {
    try {
      return this.#options.address();
    } catch (error) {
      if (error instanceof DestinationError) throw error;
      const logCode = `${this.#options.logPrefix}.AuthenticationFailed`;
      throw new DestinationError("denied", reasonOf(error), { cause: error, retriable: true, logCode });
    }
  }
}

export interface OneSessionOptions extends SessionOptions {
  /** Asked for each connection, because secrets change. Throws an `Error` that says what is missing. */
  address(): ServerAddress;
}
