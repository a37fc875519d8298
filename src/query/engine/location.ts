import type { ObjectInfo, ObjectStore } from "../../storage/object-store.ts";
import { QueryError } from "../query-error.ts";
import { LISTED_OBJECTS_MAX } from "../query-limits.ts";

/** Where files of a table lie: a bucket and a prefix that is empty or ends in a slash. */
export interface Location {
  readonly bucket: string;
  readonly prefix: string;
}

export interface StoredFile extends Location {
  readonly store: ObjectStore;
  readonly object: ObjectInfo;
}

/** `s3://bucket/prefix`, in the spellings of Hadoop too. A location is a folder, with or without a slash at its end. */
export function parseLocation(text: string | undefined, table: string): Location {
  const [, bucket, path = ""] = /^s3[an]?:\/\/([^/]+)(?:\/(.*))?$/is.exec(text ?? "") ?? [];
  if (bucket === undefined) {
    const message = `Table ${table}: expected a location such as s3://bucket/prefix/, got ${text ?? "none"}`;
    throw new QueryError("data", message);
  }
  return { bucket, prefix: path === "" || path.endsWith("/") ? path : `${path}/` };
}

/** The files of a place. Names that begin with `_` or `.` are markers and work in progress, as readers of Hive have it. */
export async function* listFiles(
  storeFor: (bucket: string) => ObjectStore,
  location: Location,
  signal: AbortSignal,
): AsyncGenerator<StoredFile> {
  const { bucket, prefix } = location;
  const store = storeFor(bucket);
  let listed = 0;
  for await (const object of store.list(bucket, { prefix })) {
    signal.throwIfAborted();
    if (++listed > LISTED_OBJECTS_MAX) {
      const message = `s3://${bucket}/${prefix} holds more than ${LISTED_OBJECTS_MAX} objects, the limit for one statement; partition the table`;
      throw new QueryError("limit-exceeded", message);
    }
    const below = object.key.slice(prefix.length);
    if (object.bytes === 0 || below.split("/").some((segment) => /^[_.]/.test(segment))) continue;
    yield { ...location, store, object };
  }
}
