import type { Column } from "../../model/schema/column-type.ts";

export interface NameRules {
  readonly convertDots: boolean;
  readonly caseInsensitive: boolean;
}

/** Spellings that are remembered per list of fields: keys may be as many as a producer can think of. */
const SPELLINGS_MAX = 10_000;

/** How keys of JSON find their columns: folded to lower case, dots as underscores, by another name (reference 6.1). */
export class FieldNames {
  readonly #rules: NameRules;

  constructor(rules: NameRules) {
    this.#rules = rules;
  }

  /** A key as it is compared, and as it is kept where keys are data. */
  readonly fold = (key: string): string => (this.#rules.caseInsensitive ? key.toLowerCase() : key);

  /** Finds the place of a key among the fields, -1 for a key that none of them wants. */
  finder(fields: readonly Column[], fieldToKey: Readonly<Record<string, string>> = {}): (key: string) => number {
    const places = new Map<string, number>();
    const keys = new Map(Object.entries(fieldToKey).map(([field, key]) => [this.fold(field), key]));
    // A key that was promised to a column by name is not that of another column that happens to be called like it.
    for (const [place, { name }] of fields.entries()) {
      const key = keys.get(this.fold(name));
      if (key !== undefined) places.set(this.fold(key), place);
    }
    for (const [place, { name }] of fields.entries()) {
      const folded = this.fold(name);
      if (!keys.has(folded) && !places.has(folded)) places.set(folded, place);
    }
    return this.#remembering((key) => places.get(key) ?? places.get(this.#normal(key)) ?? -1);
  }

  #normal(key: string): string {
    const folded = this.fold(key);
    return this.#rules.convertDots ? folded.replaceAll(".", "_") : folded;
  }

  #remembering(find: (key: string) => number): (key: string) => number {
    const known = new Map<string, number>();
    return (key) => {
      let place = known.get(key);
      if (place === undefined) {
        place = find(key);
        if (known.size < SPELLINGS_MAX) known.set(key, place);
      }
      return place;
    };
  }
}
