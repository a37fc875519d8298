import type { Inlet } from "./inlet.ts";

/**
 * An inlet that knows when nothing is being appended any more. An attempt to read may end, because its connection is lost,
 * while the log still writes what it had handed over; the next attempt must not ask for the position before that is settled,
 * or it would read the same records again.
 */
export class TrackedInlet implements Inlet {
  readonly #inlet: Inlet;
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(inlet: Inlet) {
    this.#inlet = inlet;
  }

  position(part: string): Uint8Array | undefined {
    return this.#inlet.position(part);
  }

  append(...call: Parameters<Inlet["append"]>): Promise<void> {
    return this.#track(this.#inlet.append(...call));
  }

  appendMessages(...call: Parameters<Inlet["appendMessages"]>): ReturnType<Inlet["appendMessages"]> {
    return this.#track(this.#inlet.appendMessages(...call));
  }

  /** Resolves once everything that was handed over is durable, or has failed. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
    await this.#inlet.settled?.();
  }

  #track<T>(append: Promise<T>): Promise<T> {
    const forget = () => void this.#underWay.delete(append);
    this.#underWay.add(append);
    append.then(forget, forget);
    return append;
  }
}
