/**
 * A robust random cut tree, after S. Guha, N. Mishra, G. Roy, O. Schrijvers, "Robust Random Cut Forest Based Anomaly
 * Detection On Streams" (ICML 2016).
 *
 * An inner node cuts the box around its points in two: a dimension drawn in proportion to the box's sides, a place drawn
 * uniformly along it. Points with `value <= cut` lie left. A leaf is one point; points that are the same share a leaf, which
 * counts them as its mass. No cut is a copy of the order in which points came: `insert` draws whether the new point would
 * have been cut off at this node had it always been there, and `forget` takes out what only the point had caused. So the
 * tree of what is left is distributed like one that was built from it alone (theorems 2 and 3 of the paper), and a point
 * that is inserted and forgotten leaves the tree as it was.
 *
 * Both take O(depth x dimensions). The depth is about log2(points) and at most their number, for points that lie as
 * badly as can be.
 *
 * Memory: typed arrays of a fixed size. Inner nodes are 0 to capacity - 1, leaves follow. Corners of boxes and points lie
 * in one array, so that a leaf is a box whose corners are the same place in it.
 */
import { invariant } from "../../std/assert.ts";
import type { Random } from "../../std/random.ts";

/** No node: the parent of the root, and the root of an empty tree. */
export const NO_NODE = -1;

export interface RandomCutTreeOptions {
  /** Points that the tree can hold, each counted once however often it came. */
  readonly capacity: number;
  readonly dimensions: number;
  readonly random: Random;
}

export class RandomCutTree {
  readonly dimensions: number;
  readonly #capacity: number;
  readonly #random: Random;
  readonly #coordinates: Float64Array;
  /** Of boxes, the sum of their sides; of leaves 0. */
  readonly #sides: Float64Array;
  readonly #cuts: Float64Array;
  readonly #cutDimensions: Int32Array;
  readonly #lefts: Int32Array;
  readonly #rights: Int32Array;
  readonly #parents: Int32Array;
  readonly #masses: Int32Array;
  /** Nodes that are not in use, the next one last. */
  readonly #freeInner: Int32Array;
  readonly #freeLeaves: Int32Array;
  #freeInnerCount: number;
  #freeLeafCount: number;
  #root = NO_NODE;

  constructor({ capacity, dimensions, random }: RandomCutTreeOptions) {
    this.dimensions = dimensions;
    this.#capacity = capacity;
    this.#random = random;
    this.#coordinates = new Float64Array(3 * capacity * dimensions);
    this.#sides = new Float64Array(2 * capacity);
    this.#cuts = new Float64Array(capacity);
    this.#cutDimensions = new Int32Array(capacity);
    this.#lefts = new Int32Array(capacity);
    this.#rights = new Int32Array(capacity);
    this.#parents = new Int32Array(2 * capacity);
    this.#masses = new Int32Array(2 * capacity);
    this.#freeInner = Int32Array.from({ length: capacity }, (_, index) => capacity - 1 - index);
    this.#freeLeaves = this.#freeInner.map((node) => node + capacity);
    this.#freeInnerCount = capacity;
    this.#freeLeafCount = capacity;
  }

  get root(): number {
    return this.#root;
  }

  /** How many points the tree holds, each as often as it came. */
  get mass(): number {
    return this.#root === NO_NODE ? 0 : this.massOf(this.#root);
  }

  /** Takes a point in and gives its leaf, which stays the same node until the point is forgotten. */
  insert(point: Float64Array): number {
    if (this.#root === NO_NODE) {
      this.#root = this.#newLeaf(point, NO_NODE);
      return this.#root;
    }
    for (let node = this.#root; ; node = this.childTowards(node, point)) {
      const overhang = this.overhang(node, point);
      const leaf = this.isLeaf(node);
      if (overhang > 0) {
        const drawn = this.#random.fraction() * (overhang + this.sidesOf(node));
        if (leaf || drawn < overhang) return this.#cutOff(node, point, drawn);
        this.#stretch(node, point);
      }
      this.#masses[node] = this.massOf(node) + 1;
      if (leaf) return node;
    }
  }

  /** Takes one point of a leaf out. */
  forget(leaf: number): void {
    if (this.massOf(leaf) > 1) {
      for (let node = leaf; node !== NO_NODE; node = this.parentOf(node)) this.#masses[node] = this.massOf(node) - 1;
      return;
    }
    const parent = this.parentOf(leaf);
    this.#freeLeaves[this.#freeLeafCount++] = leaf;
    if (parent === NO_NODE) {
      this.#root = NO_NODE;
      return;
    }
    const above = this.parentOf(parent);
    this.#replaceChild(above, parent, this.siblingOf(leaf));
    this.#freeInner[this.#freeInnerCount++] = parent;
    let shrinks = true;
    for (let node = above; node !== NO_NODE; node = this.parentOf(node)) {
      this.#masses[node] = this.massOf(node) - 1;
      if (shrinks) shrinks = this.#fit(node);
    }
  }

  isLeaf(node: number): boolean {
    return node >= this.#capacity;
  }

  massOf(node: number): number {
    return this.#masses[node] as number;
  }

  parentOf(node: number): number {
    return this.#parents[node] as number;
  }

  leftOf(node: number): number {
    return this.#lefts[node] as number;
  }

  rightOf(node: number): number {
    return this.#rights[node] as number;
  }

  siblingOf(node: number): number {
    const parent = this.parentOf(node);
    const left = this.leftOf(parent);
    return left === node ? this.rightOf(parent) : left;
  }

  cutOf(node: number): number {
    return this.#cuts[node] as number;
  }

  cutDimensionOf(node: number): number {
    return this.#cutDimensions[node] as number;
  }

  /** The sum of the sides of a node's box. */
  sidesOf(node: number): number {
    return this.#sides[node] as number;
  }

  lowOf(node: number, dimension: number): number {
    return this.#coordinates[this.#lowAt(node) + dimension] as number;
  }

  highOf(node: number, dimension: number): number {
    return this.#coordinates[this.#highAt(node) + dimension] as number;
  }

  /** The child of an inner node on whose side of the cut a point lies. */
  childTowards(node: number, point: Float64Array): number {
    const value = point[this.cutDimensionOf(node)] as number;
    return value <= this.cutOf(node) ? this.leftOf(node) : this.rightOf(node);
  }

  /** How far a point lies outside a node's box, summed over the dimensions: 0 when it is inside. */
  overhang(node: number, point: Float64Array): number {
    const coordinates = this.#coordinates;
    const dimensions = this.dimensions;
    const low = this.#lowAt(node);
    const high = this.#highAt(node);
    let sum = 0;
    for (let dimension = 0; dimension < dimensions; dimension++) {
      const value = point[dimension] as number;
      const below = (coordinates[low + dimension] as number) - value;
      const above = value - (coordinates[high + dimension] as number);
      if (below > 0) sum += below;
      else if (above > 0) sum += above;
    }
    return sum;
  }

  #lowAt(node: number): number {
    return (node < this.#capacity ? 2 * node : this.#capacity + node) * this.dimensions;
  }

  #highAt(node: number): number {
    return (node < this.#capacity ? 2 * node + 1 : this.#capacity + node) * this.dimensions;
  }

  #newLeaf(point: Float64Array, parent: number): number {
    const leaf = this.#freeLeaves[--this.#freeLeafCount];
    invariant(leaf !== undefined, "a tree is given no more points than its capacity");
    this.#coordinates.set(point, this.#lowAt(leaf));
    this.#masses[leaf] = 1;
    this.#parents[leaf] = parent;
    return leaf;
  }

  /** Puts an inner node above `node`, whose cut lies `drawn` along what of the point hangs over the box of `node`. */
  #cutOff(node: number, point: Float64Array, drawn: number): number {
    const inner = this.#freeInner[this.#freeInnerCount - 1] as number;
    const leaf = this.#newLeaf(point, inner);
    this.#freeInnerCount--;
    const pointIsLeft = this.#placeCut(inner, node, point, drawn);
    this.#lefts[inner] = pointIsLeft ? leaf : node;
    this.#rights[inner] = pointIsLeft ? node : leaf;
    this.#masses[inner] = this.massOf(node) + 1;
    const above = this.parentOf(node);
    this.#replaceChild(above, node, inner);
    this.#parents[node] = inner;
    this.#fit(inner);
    return leaf;
  }

  /** Whether the point lies left of the cut. */
  #placeCut(inner: number, node: number, point: Float64Array, drawn: number): boolean {
    let rest = drawn;
    let start = 0;
    let end = 0;
    let pointIsLeft = false;
    for (let dimension = 0; dimension < this.dimensions; dimension++) {
      const value = point[dimension] as number;
      const low = this.lowOf(node, dimension);
      const high = this.highOf(node, dimension);
      if (value >= low && value <= high) continue;
      if (end > start) rest -= end - start;
      pointIsLeft = value < low;
      start = pointIsLeft ? value : high;
      end = pointIsLeft ? low : value;
      this.#cutDimensions[inner] = dimension;
      if (rest < end - start) break;
    }
    // Rounding must not carry the cut to the far end, where nothing would be right of it.
    const cut = start + Math.max(rest, 0);
    this.#cuts[inner] = cut < end ? cut : start;
    return pointIsLeft;
  }

  #replaceChild(parent: number, child: number, replacement: number): void {
    this.#parents[replacement] = parent;
    if (parent === NO_NODE) this.#root = replacement;
    else if (this.leftOf(parent) === child) this.#lefts[parent] = replacement;
    else this.#rights[parent] = replacement;
  }

  /** Makes a box hold a point too. */
  #stretch(node: number, point: Float64Array): void {
    const low = this.#lowAt(node);
    const high = this.#highAt(node);
    for (let dimension = 0; dimension < this.dimensions; dimension++) {
      const value = point[dimension] as number;
      if (value < (this.#coordinates[low + dimension] as number)) this.#coordinates[low + dimension] = value;
      if (value > (this.#coordinates[high + dimension] as number)) this.#coordinates[high + dimension] = value;
    }
    this.#sumSides(node);
  }

  /** Makes a box as large as those of its children need. Says whether it changed, and with it those above perhaps. */
  #fit(node: number): boolean {
    const left = this.leftOf(node);
    const right = this.rightOf(node);
    const lowAt = this.#lowAt(node);
    const highAt = this.#highAt(node);
    let changed = false;
    for (let dimension = 0; dimension < this.dimensions; dimension++) {
      const low = Math.min(this.lowOf(left, dimension), this.lowOf(right, dimension));
      const high = Math.max(this.highOf(left, dimension), this.highOf(right, dimension));
      if (low !== this.#coordinates[lowAt + dimension] || high !== this.#coordinates[highAt + dimension])
        changed = true;
      this.#coordinates[lowAt + dimension] = low;
      this.#coordinates[highAt + dimension] = high;
    }
    if (changed) this.#sumSides(node);
    return changed;
  }

  /** Always in the same order, so that the sum depends on the box alone and not on how it came about. */
  #sumSides(node: number): void {
    let sum = 0;
    for (let dimension = 0; dimension < this.dimensions; dimension++) {
      sum += this.highOf(node, dimension) - this.lowOf(node, dimension);
    }
    this.#sides[node] = sum;
  }
}
