import { join } from "node:path";
import { backoffMs } from "../std/backoff.ts";
import { isDiskFull } from "../std/disk.ts";
import type { DeliveryOptions } from "./delivery-options.ts";
import type { Journal } from "./journal/journal.ts";
import { journalOptionsOf } from "./open-journal.ts";
import { Staging } from "./staging.ts";

/** The staging log of a delivery, opened only once a plan needs it: pure deliveries never have one. */
export class StagingRoom {
  readonly #options: DeliveryOptions;
  readonly #journal: Journal;
  #staging: Promise<Staging> | undefined;
  #opened: Staging | undefined;

  constructor(options: DeliveryOptions, journal: Journal) {
    this.#options = options;
    this.#journal = journal;
  }

  get opened(): Staging | undefined {
    return this.#opened;
  }

  get end(): number {
    return this.#opened?.end ?? this.#journal.state.stagingEnd;
  }

  get bytes(): number {
    return this.#opened?.bytes ?? 0;
  }

  /** Waits for a full disk, as every append does: a delivery that first needs its staging then goes on by itself. */
  open(signal: AbortSignal): Promise<Staging> {
    this.#staging ??= this.#openWithRoom(signal).then((staging) => {
      this.#opened = staging;
      return staging;
    });
    return this.#staging;
  }

  async #openWithRoom(signal: AbortSignal): Promise<Staging> {
    const { clock, random, directory, limits } = this.#options;
    const { stagingSegmentBytes: segmentBytes } = limits;
    for (let attempt = 1; ; attempt++) {
      try {
        return await Staging.open({
          ...journalOptionsOf(this.#options),
          directory: join(directory, "staging"),
          witnessOffset: this.#journal.state.stagingEnd,
          ...(segmentBytes === undefined ? {} : { segmentBytes }),
        });
      } catch (error) {
        if (!isDiskFull(error)) throw error;
        await clock.sleep(backoffMs(attempt, random, { maxMs: 5_000 }), signal);
      }
    }
  }

  async release(offset: number): Promise<void> {
    await this.#opened?.release(offset);
  }

  async close(): Promise<void> {
    await this.#opened?.close();
  }
}
