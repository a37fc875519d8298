import { hash } from "node:crypto";

/**
 * How far a file has been read, and by what it is known again. Names do not tell files apart (rotation renames them), inodes
 * alone do not either (they are given out again): the first bytes and those before the place have to be the same too.
 */
export interface FilePosition extends FileIdentity {
  /** Name at the time, for people and to know the folder. */
  readonly path: string;
  /** Everything before is acknowledged. */
  readonly offset: number;
  readonly fingerprint: Fingerprint;
  /** Milliseconds since 1970. */
  readonly seenAt: number;
  /** A batch from `offset` up to here was under way: it has to be repeated as it was. */
  readonly batchEnd?: number;
}

export interface FileIdentity {
  readonly device: number;
  readonly inode: number;
}

export interface Fingerprint {
  /** Bytes at the start of the file that `head` is made from; fewer than `HEAD_BYTES` in a file of which less was read. */
  readonly headBytes: number;
  readonly head: string;
  /** Digest of the bytes before `offset`, at most `MARK_BYTES`. */
  readonly mark: string;
}

export const HEAD_BYTES = 1024;
export const MARK_BYTES = 64;

/** A position that nobody has confirmed for so long is forgotten (the Kinesis Agent's own time). */
export const POSITION_TTL_MS = 7 * 24 * 60 * 60 * 1000;

export function identityKey({ device, inode }: FileIdentity): string {
  return `${device}:${inode}`;
}

/** 64 bits in hex: enough to tell files of one machine apart. */
export function digestOf(bytes: Uint8Array): string {
  return hash("sha256", bytes, "hex").slice(0, 16);
}
