/**
 * What the producers know, and nothing that the server says of itself: each record that was ever sent, and what became of
 * the call that carried it. `acknowledged` and `refused` are what producers were told; a record that is neither was in a
 * call whose answer never came, and it may or may not have been accepted.
 */
export class Ledger {
  readonly #sent = new Map<string, "acknowledged" | "refused" | "unknown">();

  send(record: string): void {
    this.#sent.set(record, "unknown");
  }

  settle(record: string, told: "acknowledged" | "refused"): void {
    this.#sent.set(record, told);
  }

  has(record: string): boolean {
    return this.#sent.has(record);
  }

  count(told: "acknowledged" | "refused" | "unknown"): number {
    return [...this.#sent.values()].filter((one) => one === told).length;
  }

  /** What is wrong with these records as the whole of what was delivered, at most ten sentences; none when all is right. */
  problemsOf(delivered: Iterable<string>): readonly string[] {
    const problems: string[] = [];
    const times = new Map<string, number>();
    for (const record of delivered) times.set(record, (times.get(record) ?? 0) + 1);
    for (const [record, count] of times) {
      const told = this.#sent.get(record);
      if (told === undefined) problems.push(`invented: ${record}`);
      if (told === "refused") problems.push(`refused and delivered: ${record}`);
      if (count > 1) problems.push(`delivered ${count} times (${told}): ${record}`);
    }
    for (const [record, told] of this.#sent) {
      if (told === "acknowledged" && !times.has(record)) problems.push(`acknowledged and lost: ${record}`);
    }
    const more = problems.length - PROBLEMS_SHOWN_MAX;
    return more > 0 ? [...problems.slice(0, PROBLEMS_SHOWN_MAX), `and ${more} more`] : problems;
  }
}

const PROBLEMS_SHOWN_MAX = 10;
