import { crc32 } from "node:zlib";
import { backoffMs } from "../std/backoff.ts";
import type { Clock } from "../std/clock.ts";
import type { Random } from "../std/random.ts";
import { type ObjectInfo, type ObjectStore, ObjectStoreError, type PutObject } from "./object-store.ts";
import { uploadInParts } from "./upload-in-parts.ts";

/** Tries of one object before the work that needs it fails; with the waits between them about half a minute. */
const TRIES_MAX = 6;

export interface WriteObject extends Omit<PutObject, "onlyIfAbsent" | "signal"> {
  readonly signal: AbortSignal;
}

/**
 * Writes one object of a job under a name that nobody else uses, whatever its size: never over another one, again after
 * failures that pass, and satisfied with its own bytes when an earlier try had taken effect without an answer.
 *
 * An upload in parts that a crash interrupts is left to whoever cleans up after the job.
 */
export async function writeObject(
  store: ObjectStore,
  { signal, ...request }: WriteObject,
  waiting: { readonly clock: Clock; readonly random: Random },
): Promise<ObjectInfo> {
  const put: PutObject = { ...request, onlyIfAbsent: true, signal };
  const inParts = store.multipart !== undefined && put.body.bytes > store.multipart.putBytesMax;
  for (let attempt = 1; ; attempt++) {
    try {
      if (!inParts) return await store.put(put);
      return await uploadInParts(store, put, { signal, recordUpload: async () => undefined }, waiting);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ObjectStoreError)) throw error;
      const mayBeOwn = error.code === "exists" || error.retriable;
      const landed = mayBeOwn ? await findOwn(store, put).catch(notNow) : undefined;
      if (landed !== undefined && landed !== NOT_NOW) return landed;
      const isWorthATry = error.retriable || landed === NOT_NOW;
      if (!isWorthATry || attempt === TRIES_MAX) throw error;
      await waiting.clock.sleep(backoffMs(attempt, waiting.random), signal);
    }
  }
}

/** The store cannot be asked now whether the object is ours; it is asked again after the next try. */
const NOT_NOW = "not-now";

/** Who may not ask at all has nothing but the next try. */
function notNow(error: unknown): typeof NOT_NOW | undefined {
  if (!(error instanceof ObjectStoreError)) throw error;
  return error.retriable ? NOT_NOW : undefined;
}

async function findOwn(store: ObjectStore, { bucket, key, body, signal }: PutObject): Promise<ObjectInfo | undefined> {
  const found = await store.head(bucket, key, signal);
  if (found === undefined || found.bytes !== body.bytes) return undefined;
  let checksum = 0;
  for await (const piece of await store.get(bucket, key)) {
    signal?.throwIfAborted();
    checksum = crc32(piece, checksum);
  }
  if (checksum !== body.checksum) return undefined;
  await store.settle?.(bucket, key);
  return found;
}
