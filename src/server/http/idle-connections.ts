import type { Socket } from "node:net";
import type { Clock } from "../../std/clock.ts";

/** How many times a connection that nobody uses is looked at before it is closed. */
const LOOKS = 15;

/**
 * Closes connections that were idle for long. Node does the same with a timer for each, set and cleared with every request,
 * which costs a twentieth of a small one (measured); here a request costs two assignments.
 */
export class IdleConnections {
  readonly #clock: Clock;
  readonly #idleMsMax: number;
  readonly #looks = new Map<Socket, number>();
  #watching: AbortController | undefined;

  constructor(clock: Clock, idleMsMax: number) {
    this.#clock = clock;
    this.#idleMsMax = idleMsMax;
  }

  /** Until `idle` is told, it has to send its first request in time, which others see to. */
  opened(socket: Socket): void {
    this.#looks.set(socket, Number.POSITIVE_INFINITY);
    socket.once("close", () => this.#looks.delete(socket));
    void this.#watch();
  }

  busy(socket: Socket): void {
    this.#look(socket, Number.POSITIVE_INFINITY);
  }

  idle(socket: Socket): void {
    this.#look(socket, LOOKS);
  }

  close(): void {
    this.#watching?.abort();
  }

  /** One that has closed meanwhile is forgotten, and stays so. */
  #look(socket: Socket, looks: number): void {
    if (this.#looks.has(socket)) this.#looks.set(socket, looks);
  }

  async #watch(): Promise<void> {
    if (this.#watching !== undefined) return;
    this.#watching = new AbortController();
    const { signal } = this.#watching;
    while (this.#looks.size > 0 && !signal.aborted) {
      await this.#clock.sleep(this.#idleMsMax / LOOKS, signal).catch(() => undefined);
      for (const [socket, looks] of this.#looks) {
        if (looks > 0) this.#looks.set(socket, looks - 1);
        else socket.destroy();
      }
    }
    this.#watching = undefined;
  }
}
