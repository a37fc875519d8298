import type { RollCause } from "../model/delivery-definition.ts";
import { recordCount } from "../model/records.ts";
import type { Clock } from "../std/clock.ts";
import { Accumulator, type ParcelTools } from "./accumulator.ts";
import { type AccumulatorKey, type AccumulatorRecord, keyText } from "./journal/journal-records.ts";
import { type OutcomeGroup, sliceGroup } from "./outcome-group.ts";
import type { PlanRunner } from "./plan-runner.ts";
import { PLACES_BYTES_MAX } from "./record-places.ts";
import { dueCause, dueInMs, recordsThatFit } from "./roll-policy.ts";

/**
 * All open accumulators of a delivery and those that are due and wait for the next cut. Memory is bounded over all of
 * them together: encoders are drained as they fill, the largest first when the budget runs out.
 */
export class AccumulatorSet {
  readonly #options: AccumulatorSetOptions;
  #open = new Map<string, Accumulator>();
  #due: Accumulator[] = [];
  #nextId: number;
  #draining = new Set<Promise<void>>();
  #failure: unknown;

  constructor(options: AccumulatorSetOptions) {
    this.#options = options;
    this.#nextId = options.nextId;
  }

  get open(): IterableIterator<Accumulator> {
    return this.#open.values();
  }

  get openCount(): number {
    return this.#open.size;
  }

  get due(): readonly Accumulator[] {
    return this.#due;
  }

  /** Bytes of parcel files of accumulators that are still open or due. */
  get spilledBytes(): number {
    let bytes = 0;
    for (const accumulator of this.#open.values()) bytes += accumulator.file.bytes;
    for (const accumulator of this.#due) bytes += accumulator.file.bytes;
    return bytes;
  }

  add(group: OutcomeGroup, runner: PlanRunner): void {
    const key = keyText(group.key);
    const policy = runner.plan.definition.roll;
    const now = this.#options.clock.monotonic();
    const count = recordCount(group.records);
    for (let from = 0; from < count; ) {
      const accumulator = this.#open.get(key) ?? this.#openAccumulator(key, group, runner);
      const taken = recordsThatFit(accumulator, policy, group, from);
      if (taken > 0) accumulator.add(sliceGroup(group, from, from + taken), now);
      const cause = taken === 0 ? "size" : (dueCause(accumulator, policy, now) ?? memoryCause(accumulator));
      if (cause) this.seal(accumulator, cause);
      else if (accumulator.wantsDrain) this.#startDrain(accumulator);
      from += taken;
    }
  }

  /** Puts back an accumulator that a cut remembered, under its old identity. */
  restore(record: AccumulatorRecord, runner: PlanRunner): Accumulator {
    const { clock } = this.#options;
    const ageMs = Math.max(0, clock.now() - record.openedAt);
    const now = clock.monotonic();
    const accumulator = new Accumulator({
      id: record.id,
      key: record.key,
      plan: runner.plan,
      ...this.#options.openParcel(record.id, record.key, runner),
      openedAt: record.openedAt,
      openedAtMonotonic: now - ageMs,
      lastAddedMonotonic: now,
    });
    if (record.rollCause) this.seal(accumulator, record.rollCause);
    else this.#open.set(keyText(record.key), accumulator);
    this.#nextId = Math.max(this.#nextId, record.id + 1);
    return accumulator;
  }

  /** Closes an accumulator to new records; the next cut makes it a parcel. */
  seal(accumulator: Accumulator, cause: RollCause): void {
    const key = keyText(accumulator.key);
    if (this.#open.get(key) === accumulator) this.#open.delete(key);
    accumulator.rollCause = cause;
    accumulator.dirty = true;
    this.#due.push(accumulator);
  }

  sealAll(cause: RollCause, which: (accumulator: Accumulator) => boolean = () => true): void {
    for (const accumulator of [...this.#open.values()]) if (which(accumulator)) this.seal(accumulator, cause);
  }

  /** Seals whatever a time limit has made due; milliseconds until the next one can be. */
  sealExpired(policyOf: (accumulator: Accumulator) => PlanRunner): number {
    const now = this.#options.clock.monotonic();
    let nextInMs = Number.POSITIVE_INFINITY;
    for (const accumulator of [...this.#open.values()]) {
      const policy = policyOf(accumulator).plan.definition.roll;
      const cause = dueCause(accumulator, policy, now);
      if (cause) this.seal(accumulator, cause);
      else nextInMs = Math.min(nextInMs, dueInMs(accumulator, policy, now));
    }
    return nextInMs;
  }

  /** Hands the due accumulators to the cut, at most `countMax` at once. */
  takeDue(countMax: number): Accumulator[] {
    const taken = this.#due.slice(0, countMax);
    this.#due = this.#due.slice(countMax);
    return taken;
  }

  /** Hands on those that have been quiet longest until the native contexts of the open ones fit their budget. */
  sealForMemory(nativeBytesMax: number): void {
    let native = 0;
    for (const accumulator of this.#open.values()) native += accumulator.encoder.nativeBytes;
    if (native <= nativeBytesMax) return;
    const quietFirst = [...this.#open.values()].sort((a, b) => a.lastAddedMonotonic - b.lastAddedMonotonic);
    for (const accumulator of quietFirst) {
      if (native <= nativeBytesMax) return;
      native -= accumulator.encoder.nativeBytes;
      this.seal(accumulator, "memory");
    }
  }

  /** Waits until memory is inside its budget, draining the largest first. Throws what a drain has thrown. */
  async settle(): Promise<void> {
    await this.#waitForEncoders();
    if (this.#failure === undefined && this.#heldBytes() > this.#options.heldBytesMax) await this.#drainLargest();
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Reading far ahead of a busy encoder gains nothing: what it holds would only take memory out of the pool of blocks. */
  async #waitForEncoders(): Promise<void> {
    while (this.#failure === undefined && this.#bytesBehindDrains() > READ_AHEAD_BYTES) {
      await Promise.race(this.#draining);
      for (const accumulator of this.#open.values()) if (accumulator.wantsDrain) this.#startDrain(accumulator);
    }
  }

  #bytesBehindDrains(): number {
    let bytes = 0;
    for (const accumulator of this.#open.values()) if (accumulator.draining) bytes += accumulator.encoder.heldBytes;
    return bytes;
  }

  /** Makes room for more than the next read at once: with thousands of keys, looking for the largest costs as much as a drain. */
  async #drainLargest(): Promise<void> {
    const wanted = this.#options.heldBytesMax * SETTLED_SHARE;
    const largestFirst = [...this.#open.values(), ...this.#due]
      .filter(({ encoder }) => encoder.heldBytes > 0)
      .sort((a, b) => b.encoder.heldBytes - a.encoder.heldBytes);
    let held = this.#heldBytes();
    for (const accumulator of largestFirst) {
      if (held <= wanted || this.#failure !== undefined) break;
      held -= accumulator.encoder.heldBytes;
      while (this.#draining.size >= DRAINS_MAX) await Promise.race(this.#draining);
      this.#startDrain(accumulator);
    }
    await Promise.all(this.#draining);
  }

  async stop(): Promise<void> {
    await Promise.allSettled(this.#draining);
  }

  #openAccumulator(key: string, group: OutcomeGroup, runner: PlanRunner): Accumulator {
    const { clock, openParcel } = this.#options;
    const id = this.#nextId++;
    const now = clock.monotonic();
    const accumulator = new Accumulator({
      id,
      key: group.key,
      plan: runner.plan,
      ...openParcel(id, group.key, runner),
      openedAt: clock.now(),
      openedAtMonotonic: now,
      lastAddedMonotonic: now,
    });
    this.#open.set(key, accumulator);
    return accumulator;
  }

  /** A sum over a few thousand numbers once per read costs less than books that could drift. */
  #heldBytes(): number {
    let bytes = 0;
    for (const accumulator of this.#open.values()) bytes += accumulator.encoder.heldBytes;
    for (const accumulator of this.#due) bytes += accumulator.encoder.heldBytes;
    return bytes;
  }

  #startDrain(accumulator: Accumulator): void {
    if (accumulator.draining || this.#draining.size >= DRAINS_MAX) return;
    const drain = accumulator
      .drain()
      .catch((error: unknown) => {
        this.#failure ??= error;
      })
      .finally(() => this.#draining.delete(drain));
    this.#draining.add(drain);
  }
}

/** The places of the records take room too, where the format may refuse some. */
function memoryCause({ places }: Accumulator): RollCause | undefined {
  return places !== undefined && places.bytes >= PLACES_BYTES_MAX ? "memory" : undefined;
}

/** Encoders that drain at once: what keeps two cores busy without more memory in flight (experiments.md 4). */
const DRAINS_MAX = 4;

/** How much of the budget stays taken when memory was short. */
const SETTLED_SHARE = 0.75;

/** Twice what keeps four writes of an encoder under way, and what a read brings. */
const READ_AHEAD_BYTES = 16 * 1024 * 1024;

export interface AccumulatorSetOptions {
  readonly clock: Clock;
  readonly nextId: number;
  /** Record bytes that all encoders together may hold unencoded. */
  readonly heldBytesMax: number;
  readonly openParcel: (id: number, key: AccumulatorKey, runner: PlanRunner) => ParcelTools;
}
