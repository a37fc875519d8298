import { type AccumulatorKey, keyText } from "./journal/journal-records.ts";

/**
 * Counts partitions from their first record until they are delivered, so that a limit can be held (reference 4.4). Which
 * ones are active is known from the accumulators and the journal; it is looked at again only when the limit is reached
 * and a parcel has landed since.
 */
export class ActivePartitions {
  readonly #list: () => Iterable<AccumulatorKey>;
  /** Unknown until it is asked for first: what a restart has found counts. */
  #active: Set<string> | undefined;
  /** Admitted by the read that is under way: they have not gathered yet. */
  #admitted: string[] = [];
  #outdated = true;

  /** `list` gives the keys of everything that gathers or is on its way; those of errors do not count. */
  constructor(list: () => Iterable<AccumulatorKey>) {
    this.#list = list;
  }

  /** A parcel has landed, so a partition may not be active any more. */
  landed(): void {
    this.#outdated = true;
  }

  /** What the read before has admitted gathers by now. */
  startRead(): void {
    this.#admitted = [];
  }

  /** Whether records of this key may gather; from then on it is active. */
  admits(key: AccumulatorKey, activeMax: number | undefined): boolean {
    if (activeMax === undefined) return true;
    const text = keyText(key);
    let active = this.#active ?? this.#lookAgain();
    if (!active.has(text) && active.size >= activeMax && this.#outdated) active = this.#lookAgain();
    if (!active.has(text) && active.size >= activeMax) return false;
    active.add(text);
    this.#admitted.push(text);
    return true;
  }

  #lookAgain(): Set<string> {
    const active = new Set(this.#admitted);
    for (const key of this.#list()) if (key.kind === "data") active.add(keyText(key));
    this.#active = active;
    this.#outdated = false;
    return active;
  }
}
