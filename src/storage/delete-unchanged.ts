import type { ObjectInfo, ObjectStore } from "./object-store.ts";

/** Headers say times in whole seconds, lists in milliseconds. */
const HEADER_TIME_MS = 1_000;

/**
 * Deletes an object unless it has become another one since it was described; false where it has, or is gone. On a store
 * that cannot say both at once, what is written between the question and the deletion is deleted.
 */
export async function deleteUnchanged(store: ObjectStore, bucket: string, object: ObjectInfo): Promise<boolean> {
  if (store.deleteUnchanged !== undefined) return store.deleteUnchanged(bucket, object);
  const now = await store.head(bucket, object.key);
  if (now?.etag !== object.etag || Math.abs(now.modifiedAt - object.modifiedAt) >= HEADER_TIME_MS) return false;
  await store.delete(bucket, object.key);
  return true;
}
