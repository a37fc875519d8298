import { dirname, join } from "node:path";
import { type FilePosition, identityKey, POSITION_TTL_MS } from "./file-position.ts";

/**
 * Positions of the files of one flow as the log keeps them: in parts, since a position in the log is at most 64 KiB, and every
 * append carries that of its part. Files are spread over the parts, and share them only when there are many. What belongs
 * together (a file and the copy that was made before it was emptied) is in one part, so that it is durable together.
 *
 *     part   := { "folders": [path, …], "files": [entry, …] }
 *     entry  := [folder index, device, inode, offset, head bytes, head, mark, seen at in seconds]
 */
export class PositionParts {
  readonly #parts: Map<string, FilePosition>[];
  readonly #partOf = new Map<string, number>();

  /** `stored` holds what each part was last stored as. */
  constructor(stored: readonly (Uint8Array | undefined)[]) {
    this.#parts = stored.map((bytes, part) => {
      const positions = decode(bytes).map((position) => [identityKey(position), position] as const);
      for (const [key] of positions) this.#partOf.set(key, part);
      return new Map(positions);
    });
  }

  all(): FilePosition[] {
    return this.#parts.flatMap((part) => [...part.values()]);
  }

  /** Where the position of a file is, or will be. */
  partOf(position: FilePosition): number {
    const part = this.#place(position);
    this.#partOf.set(identityKey(position), part);
    return part;
  }

  /** Puts positions in, all of them into the part of the last one when they belong `together`. */
  put(positions: readonly FilePosition[], together = false): void {
    const last = positions.at(-1);
    const home = together && last !== undefined ? this.partOf(last) : undefined;
    for (const position of positions) {
      const key = identityKey(position);
      const part = home ?? this.#place(position);
      const before = this.#partOf.get(key);
      if (before !== undefined && before !== part) this.#parts[before]?.delete(key);
      this.#partOf.set(key, part);
      this.#parts[part]?.set(key, position);
    }
  }

  /** What the log is to keep for a part together with the records before `next`. */
  encode(part: number, now: number, next: FilePosition): Buffer {
    const kept = new Map(this.#parts[part]).set(identityKey(next), next);
    for (const [key, { seenAt }] of kept) {
      if (seenAt >= now - POSITION_TTL_MS) continue;
      kept.delete(key);
      this.#forget(part, key);
    }
    for (;;) {
      const bytes = encode([...kept.values()]);
      if (bytes.length <= PART_BYTES_MAX) return bytes;
      const [oldest] = [...kept.values()].sort((one, other) => one.seenAt - other.seenAt);
      if (oldest === undefined) return bytes;
      kept.delete(identityKey(oldest));
      this.#forget(part, identityKey(oldest));
    }
  }

  #forget(part: number, key: string): void {
    this.#parts[part]?.delete(key);
    this.#partOf.delete(key);
  }

  #place(position: FilePosition): number {
    const known = this.#partOf.get(identityKey(position));
    if (known !== undefined) return known;
    let smallest = 0;
    for (const [index, { size }] of this.#parts.entries()) {
      if (size < (this.#parts[smallest]?.size ?? 0)) smallest = index;
    }
    return smallest;
  }
}

/** The log's limit for a position. */
const PART_BYTES_MAX = 64 * 1024;

type Entry = readonly [number, number, number, number, number, string, string, number];

interface StoredPart {
  readonly folders: readonly string[];
  readonly files: readonly Entry[];
}

function encode(positions: readonly FilePosition[]): Buffer {
  const folders = [...new Set(positions.map(({ path }) => dirname(path)))];
  const files = positions.map(({ path, device, inode, offset, fingerprint, seenAt }): Entry => {
    const { headBytes, head, mark } = fingerprint;
    return [folders.indexOf(dirname(path)), device, inode, offset, headBytes, head, mark, Math.ceil(seenAt / 1000)];
  });
  return Buffer.from(JSON.stringify({ folders, files } satisfies StoredPart));
}

/** Nothing for what this code never wrote: then the files are new. */
function decode(bytes: Uint8Array | undefined): FilePosition[] {
  if (bytes === undefined) return [];
  try {
    const { folders, files } = JSON.parse(Buffer.from(bytes).toString()) as StoredPart;
    return files.map(([folder, device, inode, offset, headBytes, head, mark, seenAt]) => ({
      path: join(folders[folder] ?? "/", "…"),
      device,
      inode,
      offset,
      fingerprint: { headBytes, head, mark },
      seenAt: seenAt * 1000,
    }));
  } catch {
    return [];
  }
}
