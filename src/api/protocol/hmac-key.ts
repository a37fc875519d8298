import { hash } from "node:crypto";

/** SHA-256 works on blocks of this size; HMAC pads its key to one. */
const BLOCK_BYTES = 64;

/**
 * HMAC-SHA-256 (RFC 2104) under a key that is used again and again. `createHmac` prepares its key anew for each call, which
 * costs several times the hashing of a small text (measured); here the two padded keys are made once.
 */
export class HmacKey {
  readonly #inner: Buffer;
  readonly #outer: Buffer;

  /** `key` has at most 64 bytes. */
  constructor(key: Buffer) {
    this.#inner = padded(key, 0x36);
    this.#outer = padded(key, 0x5c);
  }

  sign(text: string): Buffer {
    const inner = hash("sha256", Buffer.concat([this.#inner, Buffer.from(text)]), "buffer");
    return hash("sha256", Buffer.concat([this.#outer, inner]), "buffer");
  }
}

function padded(key: Buffer, pad: number): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES, pad);
  for (const [index, byte] of key.entries()) block[index] = byte ^ pad;
  return block;
}
