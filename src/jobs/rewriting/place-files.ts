import type { TableChanges } from "../../catalog/table-changes/table-changes.ts";
import { listFiles, type StoredFile } from "../../query/engine/location.ts";
import type { Clock } from "../../std/clock.ts";
import type { ObjectStore } from "../../storage/object-store.ts";
import type { IsSettled } from "../job-kind.ts";
import type { TablePlace } from "./table-places.ts";

export interface PlaceFilesOptions {
  readonly changes: TableChanges;
  readonly storeFor: (bucket: string) => ObjectStore;
  readonly isSettled: IsSettled;
  readonly clock: Clock;
  /** Files that are younger are left for a later run: their folder may still be growing. */
  readonly ageMsMin: number;
  readonly signal: AbortSignal;
}

/**
 * The files of a place that may be rewritten now, by folder: readers that look at one folder below a table's location alone
 * find there what they found before.
 */
export async function filesToRewrite(
  place: TablePlace,
  { changes, storeFor, isSettled, clock, ageMsMin, signal }: PlaceFilesOptions,
): Promise<readonly (readonly StoredFile[])[]> {
  const youngestMs = clock.now() - ageMsMin;
  const folders = new Map<string, StoredFile[]>();
  // The view comes before the listing: what begins between the two must not be seen half.
  const view = changes.view();
  try {
    for await (const file of listFiles(storeFor, place.location, view, signal)) {
      const { bucket } = file;
      const { key, modifiedAt } = file.object;
      const name = { bucket, key };
      if (modifiedAt > youngestMs || !changes.isFree(name) || !isSettled(file.object.key)) continue;
      const folder = key.slice(0, key.lastIndexOf("/") + 1);
      const known = folders.get(folder);
      if (known === undefined) folders.set(folder, [file]);
      else known.push(file);
    }
  } finally {
    view.release();
  }
  return [...folders.values()];
}
