/**
 * Which rows a tree remembers: a sample of fixed size in which newer rows are likelier than older ones, by the weight
 * `e^(row / timeDecay)`. How to sample by weight without knowing what comes is from P. Efraimidis and P. Spirakis, "Weighted
 * random sampling with a reservoir" (2006): each row draws the key `u^(1 / weight)` and the largest keys stay. Here the
 * key is `ln(-ln u) - row / timeDecay`, which is the same order turned round and does not overflow however many rows come.
 *
 * What is `timeDecay` rows old leaves in any case, as RANDOM_CUT_FOREST documents; the next row takes its place.
 *
 * Rows are known by slots, 0 to capacity - 1. The slots in use are the first of `#heap`, ordered as a binary heap with the
 * largest key, the next to leave, first.
 */
import type { Random } from "../../std/random.ts";

/** The answer when no slot is meant. */
export const NO_SLOT = -1;

export interface DecayedReservoirOptions {
  readonly capacity: number;
  /** Rows after which the weight of a row is e times less than that of the newest, and it leaves. */
  readonly timeDecay: number;
  readonly random: Random;
}

export class DecayedReservoir {
  readonly #timeDecay: number;
  readonly #random: Random;
  readonly #keys: Float64Array;
  readonly #rows: Float64Array;
  readonly #heap: Int32Array;
  #size = 0;
  /** No row in the sample is older than this; the oldest may have left to another before its time. */
  #oldest = Number.POSITIVE_INFINITY;

  constructor({ capacity, timeDecay, random }: DecayedReservoirOptions) {
    this.#timeDecay = timeDecay;
    this.#random = random;
    this.#keys = new Float64Array(capacity);
    this.#rows = new Float64Array(capacity);
    this.#heap = Int32Array.from({ length: capacity }, (_, slot) => slot);
  }

  /** The slot whose row has become too old, which is free now. Asked before each `offer`, there is at most one. */
  expire(row: number): number {
    if (this.#size === 0 || row - this.#oldest < this.#timeDecay) return NO_SLOT;
    const at = this.#oldestAt();
    const slot = this.#slotAt(at);
    this.#oldest = this.#rowOf(slot);
    if (row - this.#oldest < this.#timeDecay) return NO_SLOT;
    this.#swap(at, --this.#size);
    if (at < this.#size) this.#sink(this.#rise(at));
    return slot;
  }

  /** The slot for a row, whose old row has to go if it had one; none when the row is not taken. Rows count up. */
  offer(row: number): number {
    const key = Math.log(-Math.log(this.#random.fraction())) - row / this.#timeDecay;
    if (this.#size < this.#heap.length) {
      const slot = this.#put(this.#slotAt(this.#size), key, row);
      this.#rise(this.#size++);
      return slot;
    }
    const last = this.#slotAt(0);
    if (key >= this.#keyOf(last)) return NO_SLOT;
    this.#put(last, key, row);
    this.#sink(0);
    return last;
  }

  #put(slot: number, key: number, row: number): number {
    this.#keys[slot] = key;
    this.#rows[slot] = row;
    this.#oldest = Math.min(this.#oldest, row);
    return slot;
  }

  #oldestAt(): number {
    let oldest = 0;
    for (let at = 1; at < this.#size; at++) {
      if (this.#rowOf(this.#slotAt(at)) < this.#rowOf(this.#slotAt(oldest))) oldest = at;
    }
    return oldest;
  }

  #slotAt(at: number): number {
    return this.#heap[at] as number;
  }

  #keyOf(slot: number): number {
    return this.#keys[slot] as number;
  }

  #rowOf(slot: number): number {
    return this.#rows[slot] as number;
  }

  #swap(first: number, second: number): void {
    const slot = this.#slotAt(first);
    this.#heap[first] = this.#slotAt(second);
    this.#heap[second] = slot;
  }

  #goesBefore(first: number, second: number): boolean {
    return this.#keyOf(this.#slotAt(first)) > this.#keyOf(this.#slotAt(second));
  }

  #rise(from: number): number {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#goesBefore(at, parent)) break;
      this.#swap(at, parent);
      at = parent;
    }
    return at;
  }

  #sink(from: number): void {
    for (let at = from; ; ) {
      const left = 2 * at + 1;
      const right = left + 1;
      let first = at;
      if (left < this.#size && this.#goesBefore(left, first)) first = left;
      if (right < this.#size && this.#goesBefore(right, first)) first = right;
      if (first === at) return;
      this.#swap(at, first);
      at = first;
    }
  }
}
