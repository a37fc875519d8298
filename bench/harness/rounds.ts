import type { Bench } from "./bench.ts";
import { median } from "./statistics.ts";

/**
 * Measures variants in turn, round after round: when the machine slows down in between it does so for all of them, so that
 * their ratios hold where the figures do not. Resolves to the results of each variant, one for each round.
 */
export async function alternate<Results extends object>(
  bench: Bench,
  variants: { readonly [Name in keyof Results]: () => Promise<Results[Name]> },
): Promise<{ readonly [Name in keyof Results]: readonly Results[Name][] }> {
  const names = Object.keys(variants) as (keyof Results)[];
  const results = Object.fromEntries(names.map((name) => [name, []])) as unknown as {
    [Name in keyof Results]: Results[Name][];
  };
  for (let round = 1; round <= bench.rounds; round++) {
    for (const name of names) {
      bench.progress(`round ${round} of ${bench.rounds}: ${String(name)}`);
      await bench.settle();
      results[name].push(await variants[name]());
    }
  }
  return results;
}

/** The median over all rounds of what `measure` reads from each. */
export function middle<T>(results: readonly T[], measure: (result: T) => number): number {
  return median(results.map(measure));
}

/** The median over all rounds of the ratio within one round. */
export function ratio<T, U>(
  results: readonly T[],
  references: readonly U[],
  measure: (result: T) => number,
  measureReference: (result: U) => number,
): number {
  return median(
    results.flatMap((result, round) => {
      const reference = references[round];
      return reference === undefined ? [] : [measure(result) / measureReference(reference)];
    }),
  );
}
