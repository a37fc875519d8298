/**
 * The forest behind RANDOM_CUT_FOREST: scores each row by what came before, then learns it.
 *
 * Row → shingle (the newest `shingleSize` rows as one point) → score, the mean over the trees → each tree's reservoir decides
 * whether its tree takes the point in, and which one leaves.
 *
 * Until the trees have their `subSampleSize` shingles the score is 0, as Amazon's documentation says of its function.
 *
 * Everything is drawn from the seed: the same rows in the same order give the same scores, however they were batched. Each
 * tree has a generator of its own, so that what one draws does not depend on what others do.
 */
import { type Random, seededRandom } from "../../std/random.ts";
import { DecayedReservoir, NO_SLOT } from "./decayed-reservoir.ts";
import { NO_NODE, RandomCutTree } from "./random-cut-tree.ts";
import { type Attribution, addAttribution, collusiveDisplacement, depthScore } from "./tree-scores.ts";

/** Numeric columns of an input (Kinesis Data Analytics SQL reference, RANDOM_CUT_FOREST). */
export const FOREST_COLUMNS_MAX = 30;
/** shingleSize (there): 1 to 30. */
export const SHINGLE_SIZE_MAX = 30;

/**
 * Values are made smaller on their way in, by a power of two and therefore exactly. The sides of a box of the largest
 * doubles, each twice as long as they are large, then sum up to a finite number in all dimensions that there can be. What it
 * costs: numbers nearer to each other than 2^-1062 are the same.
 */
const ENTRY_SCALE = 2 ** -12;

export interface RandomCutForestOptions {
  readonly columns: number;
  readonly numberOfTrees: number;
  /** Shingles that each tree remembers. */
  readonly subSampleSize: number;
  /** Shingles after which one counts e times less than the newest, and is forgotten. */
  readonly timeDecay: number;
  /** Rows that make up a point. */
  readonly shingleSize: number;
  /** `depth`: Amazon's, see tree-scores.ts. `displacement`: the paper's. */
  readonly scoring: "depth" | "displacement";
  readonly seed: number;
}

export class RandomCutForest {
  readonly #options: RandomCutForestOptions;
  readonly #trees: readonly SampledTree[];
  readonly #point: Float64Array;
  readonly #sum: Attribution;
  readonly #scratch: Attribution;
  #rows = 0;

  constructor(options: RandomCutForestOptions) {
    const dimensions = options.columns * options.shingleSize;
    const seeds = seededRandom(options.seed);
    this.#options = options;
    this.#trees = Array.from({ length: options.numberOfTrees }, () => {
      const random = seededRandom(seeds.bytes(4).readUInt32LE());
      return new SampledTree(options, dimensions, random);
    });
    this.#point = new Float64Array(dimensions);
    this.#sum = emptyAttribution(dimensions);
    this.#scratch = emptyAttribution(dimensions);
  }

  /**
   * Scores the next row and learns it. `explained`, of one place per column, is overwritten with what makes up the score of
   * `depth`: its members sum up to it.
   */
  next(row: Float64Array, explained?: Attribution): number {
    const { columns, shingleSize, subSampleSize } = this.#options;
    this.#point.copyWithin(0, columns);
    const newest = this.#point.length - columns;
    for (let column = 0; column < columns; column++)
      this.#point[newest + column] = (row[column] as number) * ENTRY_SCALE;
    const shingles = ++this.#rows - shingleSize + 1;
    const ready = shingles > subSampleSize;
    if (explained !== undefined) this.#explain(explained, ready);
    const score = ready ? this.#score() : 0;
    if (shingles > 0) for (const tree of this.#trees) tree.learn(this.#point, shingles);
    return score;
  }

  #score(): number {
    let sum = 0;
    const displacement = this.#options.scoring === "displacement";
    for (const tree of this.#trees) sum += displacement ? tree.displacement(this.#point) : tree.depthScore(this.#point);
    return sum / this.#trees.length;
  }

  #explain(explained: Attribution, ready: boolean): void {
    explained.high.fill(0);
    explained.low.fill(0);
    if (!ready) return;
    this.#sum.high.fill(0);
    this.#sum.low.fill(0);
    const weight = 1 / this.#trees.length;
    for (const tree of this.#trees) tree.explain(this.#point, weight, this.#sum, this.#scratch);
    const { columns } = this.#options;
    for (let dimension = 0; dimension < this.#point.length; dimension++) {
      const column = dimension % columns;
      explained.high[column] = (explained.high[column] as number) + (this.#sum.high[dimension] as number);
      explained.low[column] = (explained.low[column] as number) + (this.#sum.low[dimension] as number);
    }
  }
}

/** The bytes that the trees of a forest take, nearly all that it needs. */
export function forestBytes(options: Omit<RandomCutForestOptions, "scoring" | "seed" | "timeDecay">): number {
  const dimensions = options.columns * options.shingleSize;
  // Two corners of a box and a leaf, of 8 bytes a number; links, masses, cuts and keys beside them.
  const bytesPerPoint = 3 * 8 * dimensions + 96;
  return options.numberOfTrees * (options.subSampleSize + 1) * bytesPerPoint;
}

export function emptyAttribution(dimensions: number): Attribution {
  return { high: new Float64Array(dimensions), low: new Float64Array(dimensions) };
}

/** A tree and the sample that is in it. */
class SampledTree {
  readonly #tree: RandomCutTree;
  readonly #reservoir: DecayedReservoir;
  /** The leaf of each slot of the sample. */
  readonly #leaves: Int32Array;

  constructor({ subSampleSize, timeDecay }: RandomCutForestOptions, dimensions: number, random: Random) {
    // One more than the sample: the point whose displacement is measured.
    this.#tree = new RandomCutTree({ capacity: subSampleSize + 1, dimensions, random });
    this.#reservoir = new DecayedReservoir({ capacity: subSampleSize, timeDecay, random });
    this.#leaves = new Int32Array(subSampleSize).fill(NO_NODE);
  }

  depthScore(point: Float64Array): number {
    return depthScore(this.#tree, point);
  }

  displacement(point: Float64Array): number {
    const leaf = this.#tree.insert(point);
    const displacement = collusiveDisplacement(this.#tree, leaf);
    this.#tree.forget(leaf);
    return displacement;
  }

  explain(point: Float64Array, weight: number, sum: Attribution, scratch: Attribution): void {
    addAttribution(this.#tree, point, weight, sum, scratch);
  }

  learn(point: Float64Array, shingle: number): void {
    this.#vacate(this.#reservoir.expire(shingle));
    const slot = this.#reservoir.offer(shingle);
    if (slot === NO_SLOT) return;
    this.#vacate(slot);
    this.#leaves[slot] = this.#tree.insert(point);
  }

  #vacate(slot: number): void {
    const leaf = slot === NO_SLOT ? NO_NODE : (this.#leaves[slot] as number);
    if (leaf === NO_NODE) return;
    this.#tree.forget(leaf);
    this.#leaves[slot] = NO_NODE;
  }
}
