/**
 * Messages of one stream whose ids are remembered. A queue hands a message over again when it has not heard that it was
 * taken, minutes later at most in practice; half a million is more than two hours at 60 messages a second, or five minutes
 * at 1,500. 16 MB at the limit, nothing while no source sends ids.
 */
export const MESSAGES_MAX = 500_000;

export const MESSAGE_DIGEST_BYTES = 16;

const FIRST_CAPACITY = 1_024;
const FREE = -1;

/**
 * The last messages, by the digest of their id, oldest first. Digests lie in a ring, without an object each; a table with
 * open addressing finds them. They are hashes already, so their first bytes are the place in the table.
 */
export class MessageMemory {
  readonly #messagesMax: number;
  #ring = Buffer.alloc(0);
  #table = new Int32Array(0);
  #size = 0;
  /** Slot of the oldest in the ring. */
  #oldest = 0;

  constructor(messagesMax: number = MESSAGES_MAX) {
    this.#messagesMax = messagesMax;
  }

  get size(): number {
    return this.#size;
  }

  has(digest: Buffer): boolean {
    return this.#size > 0 && this.#table[this.#find(digest)] !== FREE;
  }

  /** One that is known stays where it is. */
  remember(digest: Buffer): void {
    if (this.has(digest)) return;
    if (this.#size === this.#messagesMax) this.#forgetOldest();
    else if (this.#size === this.#capacity) this.#grow();
    const slot = (this.#oldest + this.#size) % this.#capacity;
    digest.copy(this.#ring, slot * MESSAGE_DIGEST_BYTES);
    this.#table[this.#find(digest)] = slot;
    this.#size++;
  }

  /** All of them, one after another, oldest first. */
  digests(): Buffer {
    const from = this.#oldest * MESSAGE_DIGEST_BYTES;
    const bytes = this.#size * MESSAGE_DIGEST_BYTES;
    const turned = Buffer.concat([this.#ring.subarray(from), this.#ring.subarray(0, from)]);
    return turned.subarray(0, bytes);
  }

  get #capacity(): number {
    return this.#ring.length / MESSAGE_DIGEST_BYTES;
  }

  /** Place in the table where it is, or where it would go. */
  #find(digest: Buffer): number {
    const mask = this.#table.length - 1;
    for (let place = digest.readUInt32LE(0) & mask; ; place = (place + 1) & mask) {
      const slot = this.#table[place] ?? FREE;
      if (slot === FREE || this.#digestAt(slot).equals(digest)) return place;
    }
  }

  #digestAt(slot: number): Buffer {
    return this.#ring.subarray(slot * MESSAGE_DIGEST_BYTES, (slot + 1) * MESSAGE_DIGEST_BYTES);
  }

  #grow(): void {
    const digests = this.digests();
    const capacity = Math.min(this.#messagesMax, Math.max(FIRST_CAPACITY, this.#capacity * 2));
    this.#ring = Buffer.alloc(capacity * MESSAGE_DIGEST_BYTES);
    // At most half full, so that a search ends soon.
    this.#table = new Int32Array(2 ** Math.ceil(Math.log2(capacity * 2))).fill(FREE);
    digests.copy(this.#ring);
    this.#oldest = 0;
    for (let slot = 0; slot < this.#size; slot++) this.#table[this.#find(this.#digestAt(slot))] = slot;
  }

  #forgetOldest(): void {
    this.#free(this.#find(this.#digestAt(this.#oldest)));
    this.#oldest = (this.#oldest + 1) % this.#capacity;
    this.#size--;
  }

  /** Moves up what stands behind a place that becomes free, where a search would now end too early. */
  #free(freed: number): void {
    const mask = this.#table.length - 1;
    let hole = freed;
    for (let place = (hole + 1) & mask; ; place = (place + 1) & mask) {
      const slot = this.#table[place] ?? FREE;
      if (slot === FREE) break;
      const home = this.#ring.readUInt32LE(slot * MESSAGE_DIGEST_BYTES) & mask;
      if (((place - home) & mask) < ((place - hole) & mask)) continue;
      this.#table[hole] = slot;
      hole = place;
    }
    this.#table[hole] = FREE;
  }
}

/** Views of digests that lie one after another. */
export function splitDigests(bytes: Buffer): Buffer[] {
  return Array.from({ length: bytes.length / MESSAGE_DIGEST_BYTES }, (_, index) =>
    bytes.subarray(index * MESSAGE_DIGEST_BYTES, (index + 1) * MESSAGE_DIGEST_BYTES),
  );
}
