import type { Random } from "../../src/std/random.ts";

export const SECTOR_BYTES = 512;

const ZERO_SECTOR = new Uint8Array(SECTOR_BYTES);

/**
 * The content of one file, twice: as the page cache has it, and as the platter has it. Sectors are never changed in place,
 * so both sides may share them; a sector that is absent reads as zeros (files are sparse).
 */
export class PretendFileContent {
  size = 0;
  #cached = new Map<number, Uint8Array>();
  #durable = new Map<number, Uint8Array>();
  #durableSize = 0;
  #dirty = new Set<number>();
  /** No sector at or behind this was ever written. */
  #writtenEnd = 0;

  get allocatedBytes(): number {
    return this.#cached.size * SECTOR_BYTES;
  }

  read(target: Uint8Array, position: number): number {
    const count = Math.max(0, Math.min(target.byteLength, this.size - position));
    // Files are mostly sparse: what lies behind the last sector that was ever written is zeros at once.
    const written = Math.max(0, Math.min(count, this.#writtenEnd - position));
    target.fill(0, written, count);
    for (let done = 0; done < written; ) {
      const sector = Math.floor((position + done) / SECTOR_BYTES);
      const within = (position + done) % SECTOR_BYTES;
      const length = Math.min(SECTOR_BYTES - within, written - done);
      target.set((this.#cached.get(sector) ?? ZERO_SECTOR).subarray(within, within + length), done);
      done += length;
    }
    return count;
  }

  /** Writes as long as `mayAllocate` grants new sectors; returns the bytes written. */
  write(bytes: Uint8Array, position: number, mayAllocate: () => boolean): number {
    let done = 0;
    while (done < bytes.byteLength) {
      const sector = Math.floor((position + done) / SECTOR_BYTES);
      const within = (position + done) % SECTOR_BYTES;
      const length = Math.min(SECTOR_BYTES - within, bytes.byteLength - done);
      const before = this.#cached.get(sector);
      if (before === undefined && !mayAllocate()) break;
      const after = sectorAfter(before, bytes.subarray(done, done + length), within);
      this.#cached.set(sector, after);
      this.#dirty.add(sector);
      done += length;
    }
    if (done > 0) this.size = Math.max(this.size, position + done);
    this.#writtenEnd = Math.max(this.#writtenEnd, Math.ceil((position + done) / SECTOR_BYTES) * SECTOR_BYTES);
    return done;
  }

  truncate(bytes: number): void {
    const lastSector = Math.floor(bytes / SECTOR_BYTES);
    for (const sector of this.#cached.keys()) {
      if (sector * SECTOR_BYTES < bytes) continue;
      this.#cached.delete(sector);
      this.#dirty.add(sector);
    }
    const partial = this.#cached.get(lastSector);
    if (partial !== undefined && bytes < this.size) {
      const cut = partial.slice();
      cut.fill(0, bytes % SECTOR_BYTES);
      this.#cached.set(lastSector, cut);
      this.#dirty.add(lastSector);
    }
    this.size = bytes;
  }

  sync(): void {
    for (const sector of this.#dirty) this.#persist(sector);
    this.#dirty.clear();
    this.#durableSize = this.size;
  }

  /** As Linux does it: some pages reached the platter, the others did not, and all are marked clean: no later sync writes them. */
  failSync(random: Random): void {
    for (const sector of this.#dirty) if (random.fraction() < 0.5) this.#persist(sector);
    this.#dirty.clear();
    if (random.fraction() < 0.5) this.#durableSize = Math.max(this.#durableSize, this.size);
  }

  /** Any subset of what was not synced survives; `share` is about how much. */
  losePower(random: Random, share: number): void {
    for (const sector of this.#dirty) if (random.fraction() < share) this.#persist(sector);
    if (random.fraction() < share) this.#durableSize = this.size;
    for (const sector of this.#durable.keys()) {
      if (sector * SECTOR_BYTES >= this.#durableSize) this.#durable.delete(sector);
    }
    this.size = this.#durableSize;
    this.#cached = new Map(this.#durable);
    this.#dirty.clear();
  }

  /** Decay: changes one byte on both sides, so that every reader sees it from now on. */
  flip(position: number, mask: number): void {
    const sector = Math.floor(position / SECTOR_BYTES);
    this.#writtenEnd = Math.max(this.#writtenEnd, (sector + 1) * SECTOR_BYTES);
    for (const side of [this.#cached, this.#durable]) {
      const changed = (side.get(sector) ?? ZERO_SECTOR).slice();
      changed[position % SECTOR_BYTES] = (changed[position % SECTOR_BYTES] ?? 0) ^ mask;
      side.set(sector, changed);
    }
  }

  #persist(sector: number): void {
    const bytes = this.#cached.get(sector);
    if (bytes === undefined) this.#durable.delete(sector);
    else this.#durable.set(sector, bytes);
  }
}

function sectorAfter(before: Uint8Array | undefined, bytes: Uint8Array, within: number): Uint8Array {
  // A copy in any case: `slice` of a Buffer is a view.
  if (bytes.length === SECTOR_BYTES) return new Uint8Array(bytes);
  const after = before === undefined ? new Uint8Array(SECTOR_BYTES) : before.slice();
  after.set(bytes, within);
  return after;
}
