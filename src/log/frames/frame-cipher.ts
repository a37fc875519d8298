import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";
import type { KeyRing } from "../../std/key-ring.ts";
import { LogError } from "../log-error.ts";
import { AUTHENTICATED_RANGES, type FrameHeader, TAG_BYTES } from "./frame-header.ts";
import type { SegmentHeader } from "./segment-header.ts";

/**
 * AES-256-GCM for the frames of one use of one segment file. The key is derived from the master key and what is unique to
 * this use (incarnation, segment number, 32 random bytes of the header); the nonce is the frame's position, which is
 * written at most once in a use. So no (key, nonce) pair ever repeats, although files are recycled.
 */
export class FrameCipher {
  readonly #key: Buffer;

  constructor(masterKey: Buffer, header: SegmentHeader) {
    const info = Buffer.from(`lakehose log segment ${header.incarnation} ${header.segmentNumber}`);
    this.#key = Buffer.from(hkdfSync("sha256", masterKey, header.keyNonce, info, 32));
  }

  /** Encrypts the parts of a body; the result ends with the tag. */
  encrypt(frameHeader: Buffer, position: number, parts: readonly Uint8Array[]): Buffer[] {
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonceOf(position));
    for (const [from, to] of AUTHENTICATED_RANGES) cipher.setAAD(frameHeader.subarray(from, to));
    const sealed = parts.map((part) => cipher.update(part));
    return [...sealed, cipher.final(), cipher.getAuthTag()];
  }

  /** Decrypts a whole body (tag last), `undefined` when it is not what was written. */
  decrypt(frameHeader: Buffer, header: FrameHeader, body: Buffer): Buffer | undefined {
    const decipher = createDecipheriv("aes-256-gcm", this.#key, nonceOf(header.position));
    for (const [from, to] of AUTHENTICATED_RANGES) decipher.setAAD(frameHeader.subarray(from, to));
    decipher.setAuthTag(body.subarray(body.length - TAG_BYTES));
    const clear = decipher.update(body.subarray(0, body.length - TAG_BYTES));
    try {
      decipher.final();
    } catch {
      return undefined;
    }
    return clear;
  }

  /** Decrypts the beginning of a body without proof that it is genuine: for a look at metadata. */
  decryptStart(position: number, start: Buffer): Buffer {
    return createDecipheriv("aes-256-gcm", this.#key, nonceOf(position)).update(start);
  }
}

/** The cipher of a segment, `undefined` when it is not encrypted. Throws `key-missing`. */
export function cipherOf(header: SegmentHeader, keyRing: KeyRing | undefined): FrameCipher | undefined {
  if (header.keyId === 0) return undefined;
  const masterKey = keyRing?.key(header.keyId);
  if (masterKey !== undefined) return new FrameCipher(masterKey, header);
  throw new LogError(
    "key-missing",
    `Log segment ${header.segmentNumber} of stream ${header.streamUid} is encrypted under key ${header.keyId}, which is not configured. Add that key to the key file; keys must stay there as long as data under them does.`,
  );
}

function nonceOf(position: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64LE(BigInt(position));
  return nonce;
}
