/**
 * Sources of one stream whose positions are kept: far more than a stream has queues, topics and redrives at a time. Beyond
 * it the one that has been silent longest is forgotten, so memory and snapshot stay bounded.
 */
export const SOURCES_MAX = 1_000;

/** Longest position: one that names some thousand partitions of an upstream topic fits. */
export const SOURCE_POSITION_BYTES_MAX = 64 * 1024;

/** Longest name of a source, bytes. */
export const SOURCE_ID_BYTES_MAX = 512;

export interface SourcePosition {
  /** First offset of the append that carried it. */
  readonly firstOffset: number;
  readonly position: Buffer;
}

/** The newest durable position of each pull source, the one that spoke last at the end. */
export class SourcePositions {
  readonly #positions = new Map<string, SourcePosition>();
  readonly #sourcesMax: number;

  constructor(sourcesMax: number = SOURCES_MAX) {
    this.#sourcesMax = sourcesMax;
  }

  get size(): number {
    return this.#positions.size;
  }

  /** An older append than the one that is known changes nothing: appends of one group may be answered in any order. */
  remember(id: string, position: SourcePosition): void {
    const known = this.#positions.get(id);
    if (known !== undefined && known.firstOffset > position.firstOffset) return;
    this.#positions.delete(id);
    this.#positions.set(id, position);
    const [oldest] = this.#positions.keys();
    if (this.#positions.size > this.#sourcesMax && oldest !== undefined) this.#positions.delete(oldest);
  }

  get(id: string): Buffer | undefined {
    return this.#positions.get(id)?.position;
  }

  entries(): IterableIterator<readonly [string, SourcePosition]> {
    return this.#positions.entries();
  }
}
