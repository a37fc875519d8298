import { DiskError, isDiskFull } from "../../std/disk.ts";
import { ObjectStoreError, type ObjectStoreErrorCode } from "../object-store.ts";

const CODES: Readonly<Record<string, ObjectStoreErrorCode>> = {
  // A file stands where a folder is needed; the EEXIST of a link is told apart by the caller.
  EEXIST: "invalid-key",
  EACCES: "denied",
  EPERM: "denied",
  EROFS: "denied",
  ENAMETOOLONG: "invalid-key",
  EISDIR: "invalid-key",
  ENOTDIR: "invalid-key",
  EXDEV: "rejected",
};

/** Runs work on the disk and turns its failures into the store's own, naming the object they were about. */
export async function withStoreErrors<T>(bucket: string, key: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof DiskError ? storeError(bucket, key, error) : error;
  }
}

function storeError(bucket: string, key: string, error: DiskError): ObjectStoreError {
  const options = { cause: error, storeCode: error.code };
  if (isDiskFull(error)) {
    return new ObjectStoreError("disk-full", `No room left for ${key} in bucket ${bucket}: free some`, options);
  }
  const code = CODES[error.code] ?? "unavailable";
  return new ObjectStoreError(code, `${explain(error.code)} (${key} in bucket ${bucket}): ${error.message}`, options);
}

function explain(code: string): string {
  switch (code) {
    case "EEXIST":
    case "ENOTDIR":
    case "EISDIR":
      return "On a disk an object cannot also be a folder of other objects";
    case "EXDEV":
      return "The bucket lies on another file system than the temporary folder: put both on one";
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return "The bucket's folder may not be written to: allow it";
    default:
      return "The disk failed";
  }
}
