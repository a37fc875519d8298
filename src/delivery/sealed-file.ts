import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";
import { LogError } from "../log/log-error.ts";
import { invariant } from "../std/assert.ts";
import type { Disk, DiskFile } from "../std/disk.ts";
import type { KeyRing } from "../std/key-ring.ts";
import type { Random } from "../std/random.ts";

/**
 * Encoded files under encryption at rest (AES-256-GCM).
 *
 * Layout, little-endian: header of 64 bytes: magic `LKSEAL01` (8), key id u32, reserved u32, random nonce (32), zero (16);
 * then chunks: plain length u32, cipher text, tag (16). The key of a file is HKDF-SHA-256 of the master key under the
 * file's own random nonce, so that the GCM nonce, the chunk's number, never meets the same key twice.
 */
const MAGIC = Buffer.from("LKSEAL01");
const HEADER_BYTES = 64;
const TAG_BYTES = 16;

export interface SealedFile {
  /** Bytes of the file so far, header included. */
  readonly bytes: number;
  seal(chunks: readonly Buffer[]): Buffer[];
}

export function sealFile(keyRing: KeyRing, random: Random): SealedFile {
  const nonce = random.bytes(32);
  const key = fileKey(keyRing, keyRing.currentId, nonce);
  let bytes = 0;
  let chunkNumber = 0;
  return {
    get bytes() {
      return bytes;
    },
    seal(chunks) {
      const parts = chunkNumber === 0 ? [header(keyRing.currentId, nonce)] : [];
      const cipher = createCipheriv("aes-256-gcm", key, chunkNonce(chunkNumber++));
      const plainBytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(plainBytes);
      parts.push(length, ...chunks.map((chunk) => cipher.update(chunk)), cipher.final(), cipher.getAuthTag());
      bytes += parts.reduce((sum, part) => sum + part.length, 0);
      return parts;
    },
  };
}

/** `undefined` when the file is not sealed. Reads of any range open the chunks that they touch. */
export async function openSealedFile(
  disk: Disk,
  path: string,
  keyRing: KeyRing | undefined,
): Promise<SealedReader | undefined> {
  const file = await disk.open(path, "read");
  try {
    const head = Buffer.alloc(HEADER_BYTES);
    const count = await file.read(head, 0);
    if (count < HEADER_BYTES || !head.subarray(0, 8).equals(MAGIC) || keyRing === undefined) return undefined;
    const key = fileKey(keyRing, head.readUInt32LE(8), head.subarray(16, 48));
    return new SealedReader(disk, path, key, await chunkPlaces(file));
  } finally {
    await file.close();
  }
}

interface ChunkPlace {
  /** Of the cipher text in the file. */
  readonly position: number;
  /** Of the plain text in the object. */
  readonly start: number;
  readonly bytes: number;
}

export class SealedReader {
  readonly #disk: Disk;
  readonly #path: string;
  readonly #key: Buffer;
  readonly #chunks: readonly ChunkPlace[];

  constructor(disk: Disk, path: string, key: Buffer, chunks: readonly ChunkPlace[]) {
    this.#disk = disk;
    this.#path = path;
    this.#key = key;
    this.#chunks = chunks;
  }

  async read(start: number, length: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    const file = await this.#disk.open(this.#path, "read");
    try {
      for (const [number, chunk] of this.#chunks.entries()) {
        const from = Math.max(start, chunk.start);
        const to = Math.min(start + length, chunk.start + chunk.bytes);
        if (from >= to) continue;
        const plain = await this.#open(file, number, chunk);
        parts.push(plain.subarray(from - chunk.start, to - chunk.start));
      }
    } finally {
      await file.close();
    }
    return Buffer.concat(parts);
  }

  async #open(file: DiskFile, number: number, chunk: ChunkPlace): Promise<Buffer> {
    const sealed = Buffer.allocUnsafe(chunk.bytes + TAG_BYTES);
    const count = await file.read(sealed, chunk.position);
    invariant(count === sealed.length, "a sealed chunk is whole");
    const decipher = createDecipheriv("aes-256-gcm", this.#key, chunkNonce(number));
    decipher.setAuthTag(sealed.subarray(chunk.bytes));
    return Buffer.concat([decipher.update(sealed.subarray(0, chunk.bytes)), decipher.final()]);
  }
}

async function chunkPlaces(file: DiskFile): Promise<ChunkPlace[]> {
  const places: ChunkPlace[] = [];
  const size = await file.size();
  const length = Buffer.alloc(4);
  let position = HEADER_BYTES;
  let start = 0;
  while (position + 4 <= size) {
    await file.read(length, position);
    const bytes = length.readUInt32LE(0);
    places.push({ position: position + 4, start, bytes });
    start += bytes;
    position += 4 + bytes + TAG_BYTES;
  }
  return places;
}

function header(keyId: number, nonce: Buffer): Buffer {
  const head = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(head);
  head.writeUInt32LE(keyId, 8);
  nonce.copy(head, 16);
  return head;
}

function fileKey(keyRing: KeyRing, keyId: number, nonce: Buffer): Buffer {
  const master = keyRing.key(keyId);
  if (master === undefined) {
    throw new LogError(
      "key-missing",
      `An encoded file needs key ${keyId} of the key ring, and it is not configured: add it back`,
    );
  }
  return Buffer.from(hkdfSync("sha256", master, nonce, "lakehose encoded file", 32));
}

function chunkNonce(chunkNumber: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32LE(chunkNumber, 8);
  return nonce;
}
