import type { Random } from "../../std/random.ts";
import { bytesBody } from "../bytes-body.ts";
import {
  type MultipartUploads,
  type ObjectStore,
  ObjectStoreError,
  type PutObject,
  type StoreCapabilities,
} from "../object-store.ts";

/**
 * Finds out what a store honours, with a throw-away key under a prefix that readers of the lake skip (`_` in front):
 * written, asked for its metadata, written again under a condition, completed again under a condition, deleted. What a
 * process that was killed in the middle has left there goes at the next probe.
 *
 * Where the probe may not write there (a policy that allows one prefix only) the store counts as honouring nothing:
 * deliveries then ask before they write, and still send the conditions.
 */
const PROBE_PREFIX = "_lakehose/probe/";
const PROBE_KEY = /^_lakehose\/probe\/[0-9a-f]{16}$/;

/** A probe takes seconds, with all retries a few minutes: what is older than this is nobody's any more. */
const LEFTOVER_AGE_MS_MIN = 10 * 60_000;

const UNKNOWN: StoreCapabilities = { conditionalPut: false, conditionalComplete: false, keepsMetadata: true };

export async function probeBucket(
  store: ObjectStore & { readonly multipart: MultipartUploads },
  bucket: string,
  random: Random,
  refusesConditions: () => void,
): Promise<StoreCapabilities> {
  const key = `${PROBE_PREFIX}${random.bytes(8).toString("hex")}`;
  const metadata = { "lakehose-probe": "1" };
  const contentType = "application/octet-stream";
  const request = { bucket, key, body: bytesBody(Buffer.from("probe")), onlyIfAbsent: true, contentType, metadata };
  try {
    await putFirst(store, request, refusesConditions);
    const written = await store.head(bucket, key);
    const keepsMetadata = written?.metadata["lakehose-probe"] === "1";
    const conditionalPut = await isRefused(store.put(request));
    const conditionalComplete = await refusesCompletion(store.multipart, request);
    // By the store's own clock, which is the one that dates the leftovers.
    if (written !== undefined) await removeLeftovers(store, bucket, written.modifiedAt - LEFTOVER_AGE_MS_MIN);
    return { conditionalPut, conditionalComplete, keepsMetadata };
  } catch (error) {
    if (error instanceof ObjectStoreError && error.code === "denied") return UNKNOWN;
    throw error;
  } finally {
    await removeProbe(store, bucket, key);
  }
}

/** The first write also tells whether the store refuses the header itself. */
async function putFirst(store: ObjectStore, request: PutObject, refusesConditions: () => void): Promise<void> {
  try {
    await store.put(request);
  } catch (error) {
    if (!(error instanceof ObjectStoreError && error.storeCode === "NotImplemented")) throw error;
    refusesConditions();
    await store.put(request);
  }
}

async function refusesCompletion(multipart: MultipartUploads, request: PutObject): Promise<boolean> {
  const { bucket, key } = request;
  const upload = { bucket, key, uploadId: await multipart.create(request) };
  try {
    const etags = [await multipart.uploadPart(upload, 1, Buffer.from("probe"))];
    return await isRefused(multipart.complete(upload, etags, request));
  } finally {
    await multipart.abort(upload);
  }
}

async function isRefused(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return false;
  } catch (error) {
    if (error instanceof ObjectStoreError && error.code === "exists") return true;
    throw error;
  }
}

/** A probe that may not be deleted stays; it is five bytes under a hidden prefix. */
async function removeProbe(store: ObjectStore, bucket: string, key: string): Promise<void> {
  try {
    await store.delete(bucket, key);
  } catch (error) {
    if (!(error instanceof ObjectStoreError)) throw error;
  }
}

/** Where the store does not let us look or delete, leftovers stay: nobody reads them. */
async function removeLeftovers(
  store: ObjectStore & { readonly multipart: MultipartUploads },
  bucket: string,
  before: number,
): Promise<void> {
  // A store that gives no date says nothing of the age.
  const isLeftover = (key: string, at: number) => PROBE_KEY.test(key) && at > 0 && at < before;
  try {
    for await (const { key, modifiedAt } of store.list(bucket, { prefix: PROBE_PREFIX })) {
      if (isLeftover(key, modifiedAt)) await store.delete(bucket, key);
    }
    for await (const upload of store.multipart.listUploads(bucket, PROBE_PREFIX)) {
      if (isLeftover(upload.key, upload.startedAt)) await store.multipart.abort(upload);
    }
  } catch (error) {
    if (!(error instanceof ObjectStoreError)) throw error;
  }
}
