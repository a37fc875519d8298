import { ObjectStoreError } from "../object-store.ts";

/** S3's limit for a key (S3 User Guide, "Naming Amazon S3 objects"). */
const KEY_BYTES_MAX = 1024;

/**
 * Refuses keys that S3 does not take, and the segments "." and "..": servers and proxies on the way may read them as
 * steps upward, out of the bucket.
 */
export function checkKey(key: string): void {
  const expected = expectation(key);
  if (expected === undefined) return;
  throw new ObjectStoreError("invalid-key", `Expected ${expected}, got ${JSON.stringify(key.slice(0, 80))}`);
}

function expectation(key: string): string | undefined {
  if (key === "") return "a key of at least one byte";
  if (!key.isWellFormed()) return "a key of well-formed Unicode, without lone surrogates";
  if (Buffer.byteLength(key) > KEY_BYTES_MAX) return `a key of at most ${KEY_BYTES_MAX} bytes`;
  const steps = key.split("/").some((segment) => segment === "." || segment === "..");
  return steps ? 'a key without the segments "." and ".."' : undefined;
}
