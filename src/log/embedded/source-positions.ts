/**
 * Parts of sources of one stream whose positions are kept: partitions of its topics, files of its folders, redrives. Beyond
 * it, or beyond the bytes below, the one that has been silent longest is forgotten, so memory and snapshot stay bounded.
 */
export const SOURCES_MAX = 10_000;

/** All positions together; those of a partition or a file have some tens of bytes. */
export const SOURCE_POSITIONS_BYTES_MAX = 16 * 1024 * 1024;

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
  #bytes = 0;

  constructor(sourcesMax: number = SOURCES_MAX) {
    this.#sourcesMax = sourcesMax;
  }

  get size(): number {
    return this.#positions.size;
  }

  /**
   * An older append than the one that is known changes nothing: appends of one group may be answered in any order. Returns
   * the ids that had to be forgotten.
   */
  remember(id: string, position: SourcePosition): readonly string[] {
    const known = this.#positions.get(id);
    if (known !== undefined && known.firstOffset > position.firstOffset) return [];
    this.#forget(id);
    this.#positions.set(id, position);
    this.#bytes += position.position.length;
    const forgotten: string[] = [];
    for (const oldest of this.#positions.keys()) {
      if (this.#positions.size <= this.#sourcesMax && this.#bytes <= SOURCE_POSITIONS_BYTES_MAX) break;
      this.#forget(oldest);
      forgotten.push(oldest);
    }
    return forgotten;
  }

  #forget(id: string): void {
    this.#bytes -= this.#positions.get(id)?.position.length ?? 0;
    this.#positions.delete(id);
  }

  get(id: string): Buffer | undefined {
    return this.#positions.get(id)?.position;
  }

  entries(): IterableIterator<readonly [string, SourcePosition]> {
    return this.#positions.entries();
  }
}
