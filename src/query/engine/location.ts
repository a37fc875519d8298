import { type Location, readLocation } from "../../catalog/location.ts";
import { isHidden } from "../../catalog/partition-layout.ts";
import type { FileView } from "../../catalog/table-changes/table-changes.ts";
import type { ObjectInfo, ObjectStore } from "../../storage/object-store.ts";
import { QueryError } from "../query-error.ts";
import { LISTED_OBJECTS_MAX } from "../query-limits.ts";

export interface StoredFile extends Location {
  readonly store: Pick<ObjectStore, "get" | "type">;
  readonly object: ObjectInfo;
  /** Where its bytes lie on this disk, when that is known. */
  readonly path?: string;
}

export function parseLocation(text: string | undefined, table: string): Location {
  const location = readLocation(text);
  if (location !== undefined) return location;
  throw new QueryError(
    "data",
    `Table ${table}: expected a location such as s3://bucket/prefix/, got ${text ?? "none"}`,
  );
}

/**
 * The files of a place as the view has it. Names that begin with `_` or `.` are markers and work in progress, as readers of
 * Hive have it.
 */
export async function* listFiles(
  storeFor: (bucket: string) => ObjectStore,
  location: Location,
  view: FileView,
  signal: AbortSignal,
): AsyncGenerator<StoredFile> {
  const { bucket, prefix } = location;
  const store = storeFor(bucket);
  for (const object of view.hiddenBelow(bucket, prefix)) yield { ...location, store, object };
  let listed = 0;
  for await (const object of store.list(bucket, { prefix })) {
    signal.throwIfAborted();
    if (++listed > LISTED_OBJECTS_MAX) {
      const message = `s3://${bucket}/${prefix} holds more than ${LISTED_OBJECTS_MAX} objects, the limit for one statement; partition the table`;
      throw new QueryError("limit-exceeded", message);
    }
    const below = object.key.slice(prefix.length);
    if (object.bytes === 0 || isHidden(below) || !view.shows({ bucket, key: object.key })) continue;
    yield { ...location, store, object };
  }
}
