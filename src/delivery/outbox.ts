import { reasonOf } from "../model/errors.ts";
import { backoffMs } from "../std/backoff.ts";
import type { Clock } from "../std/clock.ts";
import type { Random } from "../std/random.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { DeliveryComponents } from "./delivery-options.ts";
import type { Journal } from "./journal/journal.ts";
import type { LandedObject } from "./journal/journal-records.ts";

/**
 * Tells the catalog what has landed (rule H58), and whoever else listens: in the order of the receipts, again and again until
 * they know, and only then is that journaled. So a crash in between tells it twice, and never leaves them without. The log
 * need not wait for it: all that they have to know stands in the journal. Of what nobody waits for nothing is journaled.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  #telling: Promise<void> | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Something may have landed; joins what is under way. */
  notify(): void {
    const { register, journal } = this.#options;
    this.#forgetUnawaited();
    if (register === undefined || this.#telling !== undefined || journal.state.unregistered.size === 0) return;
    this.#telling = this.#tellAll(register);
    // Only its signal ends it, or a journal that no longer takes anything: stage two meets that, too.
    this.#telling.catch(() => undefined);
  }

  /** Waits for what has landed to be known, for at most `graceMs`. The next start tells of the rest. */
  async stop(graceMs: number): Promise<void> {
    const ended = new AbortController();
    const grace = this.#options.clock.sleep(graceMs, ended.signal).catch(() => undefined);
    await Promise.race([this.#telling?.catch(() => undefined), grace]);
    ended.abort();
  }

  #forgetUnawaited(): void {
    const { journal, isAwaited, register } = this.#options;
    const { unregistered } = journal.state;
    for (const [parcelId, object] of unregistered) {
      if (register === undefined ? object.table === undefined : !isAwaited(object)) unregistered.delete(parcelId);
    }
  }

  async #tellAll(register: Register): Promise<void> {
    const { journal, signal } = this.#options;
    const { unregistered } = journal.state;
    try {
      while (unregistered.size > 0) {
        const objects = [...unregistered.values()].slice(0, OBJECTS_AT_ONCE);
        await this.#tell(register, objects);
        await journal.append({ type: "registered", parcelIds: objects.map(({ parcelId }) => parcelId) }, signal);
      }
    } finally {
      // In the same turn as the last look, or what lands behind it would be told only with the next.
      this.#telling = undefined;
    }
  }

  async #tell(register: Register, objects: readonly LandedObject[]): Promise<void> {
    const { stream, delivery, clock, random, signal, telemetry } = this.#options;
    for (let attempt = 1; ; attempt++) {
      try {
        return await register(objects, stream);
      } catch (error) {
        signal.throwIfAborted();
        const message = reasonOf(error);
        telemetry.emit("delivery.registrationFailed", { stream, delivery, objects: objects.length, attempt, message });
        await clock.sleep(backoffMs(attempt, random, { maxMs: 30_000 }), signal);
      }
    }
  }
}

/** A catalog makes partitions a hundred at a time, as Glue does. */
const OBJECTS_AT_ONCE = 100;

type Register = NonNullable<DeliveryComponents["register"]>;

export interface OutboxOptions {
  readonly stream: string;
  readonly delivery: string;
  readonly journal: Journal;
  /** Absent where nobody listens. */
  readonly register: DeliveryComponents["register"];
  readonly isAwaited: (object: LandedObject) => boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
  readonly signal: AbortSignal;
}
