import { createHash } from "node:crypto";

/** Producers' SDKs give up well within this time. Counted in log arrival time: an idle log forgets nothing. */
export const RETRY_WINDOW_MS = 15 * 60 * 1000;

/** Bounds memory to some 30 MB a stream; at 200 calls a second the whole window fits. */
export const RETRY_ENTRIES_MAX = 200_000;

export interface RememberedCall {
  readonly firstOffset: number;
  readonly arrivalMs: number;
  readonly recordCount: number;
  readonly answer: Buffer;
}

/** Answers of the last calls by the digest of their retry key, oldest first. */
export class RetryMemory {
  readonly #calls = new Map<string, RememberedCall>();
  readonly #entriesMax: number;

  constructor(entriesMax: number = RETRY_ENTRIES_MAX) {
    this.#entriesMax = entriesMax;
  }

  get size(): number {
    return this.#calls.size;
  }

  /** Calls come in the order of their offsets. */
  remember(digest: Buffer, call: RememberedCall): void {
    const key = digest.toString("latin1");
    this.#calls.delete(key);
    this.#calls.set(key, call);
    for (const [oldestKey, oldest] of this.#calls) {
      const expired = oldest.arrivalMs < call.arrivalMs - RETRY_WINDOW_MS;
      if (!expired && this.#calls.size <= this.#entriesMax) break;
      this.#calls.delete(oldestKey);
    }
  }

  recall(digest: Buffer): RememberedCall | undefined {
    return this.#calls.get(digest.toString("latin1"));
  }

  /** Digest and call, in the order of offsets. */
  *entries(): Generator<readonly [Buffer, RememberedCall]> {
    for (const [key, call] of this.#calls) yield [Buffer.from(key, "latin1"), call];
  }
}

/** 128 bits of a retry key: enough that two keys of one window never meet, and the same length whatever the producer sent. */
export function retryDigestOf(retryKey: string): Buffer {
  return createHash("sha256").update(retryKey).digest().subarray(0, 16);
}
