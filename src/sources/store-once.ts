import { hash } from "node:crypto";

/** Something that is handed over again under the same id when its sender did not hear that it was taken. */
export interface Identified {
  /** What the sender calls it each time that it hands it over, never anything else; at most some hundred bytes. */
  readonly id?: string;
}

/** A message that the log does not hold, with what the log is to remember it by. */
export interface FreshMessage<T> {
  readonly message: T;
  /** Absent where the message has no id. */
  readonly digest: Buffer | undefined;
}

export interface StoreOnceRequest<T extends Identified> {
  /** Ids say something within it only: the name of the source, or the door and the stream. */
  readonly scope: string;
  readonly messages: readonly T[];
  readonly holdsMessage: (digest: Buffer) => boolean;
  /** Has to store records and digests in one append each. Called once, with none where all are stored already. */
  readonly append: (fresh: readonly FreshMessage<T>[]) => Promise<void>;
}

/**
 * Stores messages that may come twice, also at the same time: those whose id the log holds, or that are on their way into
 * it, are not stored again.
 */
export class StoreOnce {
  /** Messages on their way into the log, by digest: one that comes twice at the same time waits for itself. */
  readonly #underWay = new Map<string, Promise<void>>();

  /** Resolves when all messages are durable, now or since earlier. */
  async store<T extends Identified>(request: StoreOnceRequest<T>): Promise<void> {
    const waits: Promise<void>[] = [];
    const fresh: FreshMessage<T>[] = [];
    const own = Promise.withResolvers<void>();
    for (const message of request.messages) {
      const digest = message.id === undefined ? undefined : messageDigest(request.scope, message.id);
      const key = digest?.toString("latin1");
      const other = key === undefined ? undefined : this.#underWay.get(key);
      if (other !== undefined) waits.push(other);
      else if (digest === undefined || !request.holdsMessage(digest)) {
        fresh.push({ message, digest });
        if (key !== undefined) this.#underWay.set(key, own.promise);
      }
    }
    own.promise.catch(() => undefined);
    try {
      await request.append(fresh);
      own.resolve();
    } catch (error) {
      own.reject(error);
      throw error;
    } finally {
      for (const { digest } of fresh) if (digest !== undefined) this.#underWay.delete(digest.toString("latin1"));
    }
    // What stands twice in this very call waits for what has just ended.
    await Promise.all(waits);
  }
}

/** 128 bits of the id within its scope: two of one window never meet. */
function messageDigest(scope: string, id: string): Buffer {
  return hash("sha256", `${scope}\0${id}`, "buffer").subarray(0, 16);
}
