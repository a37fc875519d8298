import type { Clock } from "../../std/clock.ts";
import type { Crawlers } from "./crawlers.ts";

/** How soon a schedule that was changed, or a clock that was set, is noticed. */
const LOOK_MS_MAX = 10_000;

/** Starts crawlers when their schedules say so, for as long as the server runs. */
export class CrawlerSchedules {
  readonly #clock: Clock;
  readonly #crawlers: Crawlers;
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(clock: Clock, crawlers: Crawlers) {
    this.#clock = clock;
    this.#crawlers = crawlers;
  }

  start(): void {
    this.#running = this.#run();
  }

  async close(): Promise<void> {
    this.#stopping.abort(new Error("The server is shutting down"));
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      // What could not be written down is due again at the next look.
      await this.#crawlers.startDue().catch(() => undefined);
      await this.#clock.sleep(this.#waitMs(), signal).catch(() => undefined);
    }
  }

  #waitMs(): number {
    const now = this.#clock.now();
    const waits = this.#crawlers.list().map(({ nextRunAt = Number.POSITIVE_INFINITY }) => nextRunAt - now);
    return Math.max(1, Math.min(LOOK_MS_MAX, ...waits.filter((waitMs) => waitMs > 0)));
  }
}
