import type { Random } from "../../src/std/random.ts";

export const SECTOR_BYTES = 512;

/** Room that a side takes at first: most files of a world are small. */
const SIDE_BYTES_MIN = 4096;

/**
 * The content of one file, twice: as the page cache has it, and as the platter has it. Files are sparse: a sector that was
 * never written, or was cut off, is absent, takes no room, and reads as zeros.
 */
export class PretendFileContent {
  static #inodes = 0;
  readonly inode = ++PretendFileContent.#inodes;
  size = 0;
  readonly #cached = new Sectors();
  readonly #durable = new Sectors();
  #durableSize = 0;
  /** In the order in which they became so: what survives a power loss is drawn for one after another. */
  readonly #dirty = new Set<number>();

  get allocatedBytes(): number {
    return this.#cached.present * SECTOR_BYTES;
  }

  read(target: Uint8Array, position: number): number {
    const count = Math.max(0, Math.min(target.byteLength, this.size - position));
    this.#cached.read(target.subarray(0, count), position);
    return count;
  }

  /** Writes as long as `mayAllocate` grants new sectors; returns the bytes written. */
  write(bytes: Uint8Array, position: number, mayAllocate: () => boolean): number {
    const first = Math.floor(position / SECTOR_BYTES);
    const end = Math.ceil((position + bytes.byteLength) / SECTOR_BYTES);
    let granted = first;
    for (; granted < end; granted++) {
      if (!this.#cached.has(granted) && !mayAllocate()) break;
      this.#dirty.add(granted);
    }
    const done = Math.max(0, Math.min(bytes.byteLength, granted * SECTOR_BYTES - position));
    this.#cached.write(bytes.subarray(0, done), position);
    if (done > 0) this.size = Math.max(this.size, position + done);
    return done;
  }

  truncate(bytes: number): void {
    if (bytes < this.size) for (const sector of this.#cached.cut(bytes)) this.#dirty.add(sector);
    this.size = bytes;
  }

  sync(): void {
    this.#durable.take(this.#dirty, this.#cached);
    this.#dirty.clear();
    this.#durableSize = this.size;
  }

  /** As Linux does it: some pages reached the platter, the others did not, and all are marked clean: no later sync writes them. */
  failSync(random: Random): void {
    this.#persistSome(random, 0.5);
    if (random.fraction() < 0.5) this.#durableSize = Math.max(this.#durableSize, this.size);
  }

  /** Any subset of what was not synced survives; `share` is about how much. */
  losePower(random: Random, share: number): void {
    this.#persistSome(random, share);
    if (random.fraction() < share) this.#durableSize = this.size;
    this.#durable.removeFrom(Math.ceil(this.#durableSize / SECTOR_BYTES));
    this.size = this.#durableSize;
    this.#cached.become(this.#durable);
  }

  /** Decay: changes one byte on both sides, so that every reader sees it from now on. */
  flip(position: number, mask: number): void {
    this.#cached.flip(position, mask);
    this.#durable.flip(position, mask);
  }

  #persistSome(random: Random, share: number): void {
    const survivors: number[] = [];
    for (const sector of this.#dirty) if (random.fraction() < share) survivors.push(sector);
    this.#durable.take(survivors, this.#cached);
    this.#dirty.clear();
  }
}

/** One side: all sectors in one piece of memory, those that are absent as zeros. */
class Sectors {
  /** How many sectors take room. */
  present = 0;
  #bytes = new Uint8Array(0);
  #isPresent = new Uint8Array(0);

  has(sector: number): boolean {
    return this.#isPresent[sector] === 1;
  }

  /** Fills all of `target`. */
  read(target: Uint8Array, position: number): void {
    const known = this.#bytes.subarray(position, position + target.byteLength);
    target.set(known);
    target.fill(0, known.byteLength);
  }

  write(bytes: Uint8Array, position: number): void {
    const end = Math.ceil((position + bytes.byteLength) / SECTOR_BYTES);
    this.#makeRoom(end);
    this.#bytes.set(bytes, position);
    for (let sector = Math.floor(position / SECTOR_BYTES); sector < end; sector++) this.#mark(sector);
  }

  /** Zeros from byte `end` on; returns the sectors that changed. */
  cut(end: number): number[] {
    const changed = this.removeFrom(Math.ceil(end / SECTOR_BYTES));
    const last = Math.floor(end / SECTOR_BYTES);
    if (this.has(last)) {
      this.#bytes.fill(0, end, (last + 1) * SECTOR_BYTES);
      changed.push(last);
    }
    return changed;
  }

  /** Makes all sectors from `first` on absent; returns those that were not. */
  removeFrom(first: number): number[] {
    const removed: number[] = [];
    for (let sector = first; sector < this.#isPresent.length; sector++) {
      if (this.#remove(sector)) removed.push(sector);
    }
    return removed;
  }

  /** Takes over each of these sectors as the other side has it. */
  take(sectors: Iterable<number>, from: Sectors): void {
    for (const sector of sectors) {
      if (from.has(sector)) this.write(from.#sector(sector), sector * SECTOR_BYTES);
      else this.#remove(sector);
    }
  }

  /** All becomes as the other side has it. */
  become(other: Sectors): void {
    if (this.#bytes.length !== other.#bytes.length) {
      this.#bytes = new Uint8Array(other.#bytes.length);
      this.#isPresent = new Uint8Array(other.#isPresent.length);
    }
    this.#bytes.set(other.#bytes);
    this.#isPresent.set(other.#isPresent);
    this.present = other.present;
  }

  flip(position: number, mask: number): void {
    const sector = Math.floor(position / SECTOR_BYTES);
    this.#makeRoom(sector + 1);
    this.#mark(sector);
    this.#bytes[position] = (this.#bytes[position] ?? 0) ^ mask;
  }

  #sector(sector: number): Uint8Array {
    return this.#bytes.subarray(sector * SECTOR_BYTES, (sector + 1) * SECTOR_BYTES);
  }

  #mark(sector: number): void {
    if (this.#isPresent[sector] === 1) return;
    this.#isPresent[sector] = 1;
    this.present++;
  }

  #remove(sector: number): boolean {
    if (this.#isPresent[sector] !== 1) return false;
    this.#isPresent[sector] = 0;
    this.present--;
    this.#sector(sector).fill(0);
    return true;
  }

  #makeRoom(sectors: number): void {
    if (sectors <= this.#isPresent.length) return;
    const bytes = new Uint8Array(Math.max(sectors * SECTOR_BYTES, 2 * this.#bytes.length, SIDE_BYTES_MIN));
    bytes.set(this.#bytes);
    this.#bytes = bytes;
    const isPresent = new Uint8Array(bytes.length / SECTOR_BYTES);
    isPresent.set(this.#isPresent);
    this.#isPresent = isPresent;
  }
}
