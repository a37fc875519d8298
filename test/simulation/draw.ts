import { type Random, seededRandom } from "../../src/std/random.ts";

/** Decisions of a run, all from one seed. Each part of the world has a draw of its own, so that one does not shift another. */
export class Draw {
  readonly random: Random;

  constructor(seed: number, part: string) {
    let mixed = seed | 0;
    for (const letter of part) mixed = Math.imul(mixed ^ letter.charCodeAt(0), 0x01000193) + 0x9e3779b9;
    this.random = seededRandom(mixed);
  }

  chance(probability: number): boolean {
    return this.random.fraction() < probability;
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.random.fraction() * (high - low + 1));
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[Math.floor(this.random.fraction() * choices.length)] ?? choices[0];
  }

  /** One of the names, each as often as its weight says. */
  weighted<Name extends string>(weights: Readonly<Record<Name, number>>): Name {
    const entries = Object.entries<number>(weights) as [Name, number][];
    const total = entries.reduce((sum, [, weight]) => sum + weight, 0);
    let left = this.random.fraction() * total;
    for (const [name, weight] of entries) {
      left -= weight;
      if (left < 0) return name;
    }
    throw new RangeError("There is nothing to choose from");
  }
}
