import type { Clock } from "../std/clock.ts";
import { Notifier } from "../std/notifier.ts";

export interface QueuedEvent {
  readonly bytes: Buffer;
  /** When it came here, monotonic ms. */
  readonly since: number;
  /** Called once: it was taken or given up, or it shall come again. */
  readonly end: (refused: boolean) => void;
}

export interface EventLaneOptions {
  readonly eventsMax: number;
  readonly bytesMax: number;
  readonly windowMs: number;
  /** Calls `end` of each. Rejects only when the signal is aborted. */
  readonly deliver: (events: readonly QueuedEvent[]) => Promise<void>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Events that go one batch after another, in the order in which they came. */
export class EventLane {
  readonly #options: EventLaneOptions;
  readonly #came = new Notifier();
  #queue: QueuedEvent[] = [];
  #bytes = 0;

  constructor(options: EventLaneOptions) {
    this.#options = options;
  }

  add(event: QueuedEvent): void {
    this.#queue.push(event);
    this.#bytes += event.bytes.length;
    this.#came.notify();
  }

  /** Rejects with the signal's reason once it is aborted. */
  async run(): Promise<never> {
    const { deliver, signal } = this.#options;
    for (;;) {
      signal.throwIfAborted();
      if (this.#queue.length === 0) await this.#came.wait(signal);
      await this.#gather();
      await deliver(this.#take());
    }
  }

  /** Waits until a batch is full or its first event has waited long enough. */
  async #gather(): Promise<void> {
    const { eventsMax, bytesMax, windowMs, clock, signal } = this.#options;
    const due = (this.#queue[0]?.since ?? 0) + windowMs;
    // What comes in the same turn of the event loop goes together, with a window of nothing, too.
    await new Promise(setImmediate);
    while (this.#queue.length < eventsMax && this.#bytes < bytesMax) {
      const left = due - clock.monotonic();
      if (left <= 0) return;
      const full = new AbortController();
      const either = AbortSignal.any([signal, full.signal]);
      await Promise.race([this.#came.wait(either), clock.sleep(left, either)]).finally(() => full.abort());
    }
  }

  #take(): readonly QueuedEvent[] {
    const { eventsMax, bytesMax } = this.#options;
    let bytes = 0;
    let count = 0;
    for (const event of this.#queue) {
      if (count === eventsMax || (count > 0 && bytes + event.bytes.length > bytesMax)) break;
      bytes += event.bytes.length;
      count++;
    }
    const batch = this.#queue.slice(0, count);
    this.#queue = this.#queue.slice(count);
    this.#bytes -= bytes;
    return batch;
  }
}
