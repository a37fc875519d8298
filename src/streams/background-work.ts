/** What goes on behind callers' backs, so that somebody can wait for its end. */
export class BackgroundWork {
  readonly #works = new Set<Promise<void>>();

  /** `work` never rejects. */
  add(work: Promise<void>): void {
    this.#works.add(work);
    void work.finally(() => this.#works.delete(work));
  }

  /** Resolves when nothing is under way any more, what was begun meanwhile included. */
  async settled(): Promise<void> {
    while (this.#works.size > 0) await Promise.all(this.#works);
  }
}
