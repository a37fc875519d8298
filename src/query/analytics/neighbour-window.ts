/**
 * The newest points of a stream, and which of them are near each other: within a radius of one, by Euclidean distance.
 *
 * Who is near whom is kept as a square of bits that changes by one line and one column with each point: O(window x
 * dimensions). With relative distances a new range of a column changes all of them, and the square is filled anew; ranges of a
 * steady stream change seldom.
 *
 * Differences are taken of halved values, so that those of the largest doubles are finite, and divided by the radius before they
 * are squared, so that no square overflows or vanishes that matters.
 */
import { forEachBit } from "./bits.ts";

export interface NeighbourWindowOptions {
  /** Points that the window holds. */
  readonly size: number;
  readonly dimensions: number;
  readonly radius: number;
  /** Whether values count in parts of their column's range in the window. */
  readonly relative: boolean;
}

export class NeighbourWindow {
  readonly dimensions: number;
  readonly radius: number;
  /** Of 32 bits each, in a set of slots. */
  readonly words: number;
  readonly #size: number;
  readonly #relative: boolean;
  readonly #points: Float64Array;
  readonly #near: Uint32Array;
  readonly #nearCounts: Int32Array;
  /** What half a difference in a column has to be to make a distance of one radius. */
  readonly #units: Float64Array;
  #count = 0;
  /** The slot of the next point, which is that of the oldest once the window is full. */
  #next = 0;

  constructor({ size, dimensions, radius, relative }: NeighbourWindowOptions) {
    this.dimensions = dimensions;
    this.radius = radius;
    this.words = Math.ceil(size / 32);
    this.#size = size;
    this.#relative = relative;
    this.#points = new Float64Array(size * dimensions);
    this.#near = new Uint32Array(size * this.words);
    this.#nearCounts = new Int32Array(size);
    this.#units = new Float64Array(dimensions).fill(radius / 2);
  }

  /** Takes a point in, and the oldest out when the window is full. */
  add(point: Float64Array): void {
    const slot = this.#next;
    if (this.#count === this.#size) this.#part(slot);
    this.#points.set(point, slot * this.dimensions);
    this.#count = Math.max(this.#count, slot + 1);
    this.#next = (slot + 1) % this.#size;
    if (this.#relative && this.#measure()) this.#meetAll();
    else this.#meet(slot, this.#count);
  }

  /** Slots from the oldest to the newest point. */
  *slots(): IterableIterator<number> {
    const oldest = this.#count < this.#size ? 0 : this.#next;
    for (let index = 0; index < this.#count; index++) yield (oldest + index) % this.#size;
  }

  value(slot: number, dimension: number): number {
    return this.#points[slot * this.dimensions + dimension] as number;
  }

  /** How many points are near a point, itself included. */
  nearCount(slot: number): number {
    return this.#nearCounts[slot] as number;
  }

  /** 32 bits of the set of slots that are near a slot, itself included. */
  nearWord(slot: number, word: number): number {
    return this.#near[slot * this.words + word] as number;
  }

  /** How far apart two values of a column are, in radii. */
  distance(dimension: number, first: number, second: number): number {
    const half = Math.abs(first / 2 - second / 2);
    return half === 0 ? 0 : half / (this.#units[dimension] as number);
  }

  /** Takes a slot out of the sets of its neighbours. */
  #part(slot: number): void {
    const word = slot >>> 5;
    const mask = ~(1 << (slot & 31));
    for (let index = 0; index < this.words; index++) {
      forEachBit(this.nearWord(slot, index), index, (other) => {
        const at = other * this.words + word;
        this.#near[at] = (this.#near[at] as number) & mask;
        this.#nearCounts[other] = this.nearCount(other) - 1;
      });
      this.#near[slot * this.words + index] = 0;
    }
    this.#nearCounts[slot] = 0;
  }

  #meetAll(): void {
    this.#near.fill(0);
    this.#nearCounts.fill(0);
    for (let slot = 0; slot < this.#count; slot++) this.#meet(slot, slot + 1);
  }

  /** Finds the neighbours of a slot among those before `end`. */
  #meet(slot: number, end: number): void {
    for (let other = 0; other < end; other++) {
      if (!this.#areNear(slot, other)) continue;
      this.#mark(slot, other);
      if (other !== slot) this.#mark(other, slot);
    }
  }

  #mark(slot: number, near: number): void {
    const at = slot * this.words + (near >>> 5);
    this.#near[at] = (this.#near[at] as number) | (1 << (near & 31));
    this.#nearCounts[slot] = this.nearCount(slot) + 1;
  }

  #areNear(first: number, second: number): boolean {
    let squares = 0;
    for (let dimension = 0; dimension < this.dimensions && squares <= 1; dimension++) {
      const distance = this.distance(dimension, this.value(first, dimension), this.value(second, dimension));
      squares += distance * distance;
    }
    return squares <= 1;
  }

  /** Finds the ranges of the columns; says whether one has changed. */
  #measure(): boolean {
    let changed = false;
    for (let dimension = 0; dimension < this.dimensions; dimension++) {
      let low = Number.POSITIVE_INFINITY;
      let high = Number.NEGATIVE_INFINITY;
      for (let slot = 0; slot < this.#count; slot++) {
        low = Math.min(low, this.value(slot, dimension));
        high = Math.max(high, this.value(slot, dimension));
      }
      const unit = (high / 2 - low / 2) * this.radius;
      if (unit !== this.#units[dimension]) changed = true;
      this.#units[dimension] = unit;
    }
    return changed;
  }
}
