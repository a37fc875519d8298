import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";

/** Adds up a body piece by piece. */
export interface Checksum {
  update(bytes: Uint8Array): void;
  /** Base64, as S3's headers have it. */
  digest(): string;
}

/** By the name in `x-amz-checksum-NAME`. */
const ALGORITHMS: ReadonlyMap<string, () => Checksum> = new Map<string, () => Checksum>([
  ["crc32", () => new Crc32()],
  ["crc32c", () => new Crc32c()],
  ["crc64nvme", () => new Crc64Nvme()],
  ["sha1", () => new Hashed("sha1")],
  ["sha256", () => new Hashed("sha256")],
  ["md5", () => new Hashed("md5")],
]);

export const CHECKSUM_NAMES: readonly string[] = ["crc32", "crc32c", "crc64nvme", "sha1", "sha256"];

export function startChecksum(name: string): Checksum | undefined {
  return ALGORITHMS.get(name)?.();
}

class Hashed implements Checksum {
  readonly #hash;
  constructor(name: "sha1" | "sha256" | "md5") {
    this.#hash = createHash(name);
  }
  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }
  digest(): string {
    return this.#hash.digest("base64");
  }
}

class Crc32 implements Checksum {
  #value = 0;
  update(bytes: Uint8Array): void {
    this.#value = crc32(bytes, this.#value);
  }
  digest(): string {
    return base64Of([this.#value]);
  }
}

/** CRC-32C (Castagnoli; RFC 3720, 12.1): the same as CRC-32 with another polynomial, which zlib does not know. */
class Crc32c implements Checksum {
  static readonly #table = Int32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
    return value;
  });
  #value = -1;
  update(bytes: Uint8Array): void {
    const table = Crc32c.#table;
    let value = this.#value;
    for (let at = 0; at < bytes.length; at++) {
      value = (value >>> 8) ^ (table[(value ^ (bytes[at] ?? 0)) & 0xff] ?? 0);
    }
    this.#value = value;
  }
  digest(): string {
    return base64Of([~this.#value]);
  }
}

/** CRC-64/NVME, in two halves of 32 bits: BigInt would be many times slower. */
class Crc64Nvme implements Checksum {
  static readonly #highs = new Int32Array(256);
  static readonly #lows = new Int32Array(256);
  static {
    for (let byte = 0; byte < 256; byte++) {
      let [high, low] = [0, byte];
      for (let bit = 0; bit < 8; bit++) {
        const odd = low & 1;
        low = (low >>> 1) | (high << 31);
        high >>>= 1;
        if (odd === 1) [high, low] = [high ^ 0x9a6c9329, low ^ 0xac4bc9b5];
      }
      Crc64Nvme.#highs[byte] = high;
      Crc64Nvme.#lows[byte] = low;
    }
  }
  #high = -1;
  #low = -1;
  update(bytes: Uint8Array): void {
    const [highs, lows] = [Crc64Nvme.#highs, Crc64Nvme.#lows];
    let [high, low] = [this.#high, this.#low];
    for (let at = 0; at < bytes.length; at++) {
      const index = (low ^ (bytes[at] ?? 0)) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ (lows[index] ?? 0);
      high = (high >>> 8) ^ (highs[index] ?? 0);
    }
    [this.#high, this.#low] = [high, low];
  }
  digest(): string {
    return base64Of([~this.#high, ~this.#low]);
  }
}

function base64Of(words: readonly number[]): string {
  const bytes = Buffer.alloc(words.length * 4);
  for (const [index, word] of words.entries()) bytes.writeUInt32BE(word >>> 0, index * 4);
  return bytes.toString("base64");
}
