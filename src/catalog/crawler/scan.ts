import { LakehoseError, reasonOf } from "../../model/errors.ts";
import type { Clock } from "../../std/clock.ts";
import type { ObjectInfo, ObjectStore } from "../../storage/object-store.ts";
import type { Location } from "../location.ts";
import { isHidden } from "../partition-layout.ts";
import { FOLDERS_MAX } from "./crawler-limits.ts";

/** A folder that holds objects itself. */
export interface Folder {
  /** Below the location; empty, or ended by a slash. */
  readonly path: string;
  readonly objects: number;
  /** The first by name, and the one that was written last. */
  readonly samples: readonly SampledObject[];
}

export type SampledObject = Pick<ObjectInfo, "key" | "bytes" | "modifiedAt">;

export interface Scan {
  /** In the order of their names. */
  readonly folders: readonly Folder[];
  readonly objects: number;
  /** Whether objects lie anywhere below a path that ends with a slash, or is empty. */
  holds(path: string): boolean;
  /** Why it does not know all folders; absent when it does. */
  readonly incomplete?: string;
}

export interface ScanOptions {
  readonly clock: Clock;
  /** On the monotonic clock. */
  readonly deadline: number;
  readonly signal?: AbortSignal;
  /**
   * Objects that may be looked at. A name of our own deliveries' pattern may only once its parcel is receipted and
   * registered: until then recovery may still write it again.
   */
  readonly isVisible?: (bucket: string, key: string) => boolean;
  readonly onListed?: (objects: number) => void;
}

/** Lists a location and remembers its folders, of objects no more than two for each: there may be millions. */
export async function scanLocation(store: ObjectStore, location: Location, options: ScanOptions): Promise<Scan> {
  const { bucket, prefix } = location;
  const { clock, deadline, signal, isVisible = () => true, onListed } = options;
  const folders = new Map<string, FolderInTheMaking>();
  let objects = 0;
  let incomplete: string | undefined;
  try {
    for await (const object of store.list(bucket, { prefix })) {
      signal?.throwIfAborted();
      onListed?.(++objects);
      const path = object.key.slice(prefix.length, object.key.lastIndexOf("/") + 1);
      if (clock.monotonic() > deadline) {
        incomplete = "the time for a crawl was over while objects were listed";
        break;
      }
      if (object.bytes === 0 || isHidden(object.key.slice(prefix.length)) || !isVisible(bucket, object.key)) continue;
      const folder = folders.get(path);
      if (folder !== undefined) addObject(folder, object);
      else if (folders.size < FOLDERS_MAX)
        folders.set(path, { path, objects: 1, first: sampled(object), last: sampled(object) });
      else incomplete = `there are more than ${FOLDERS_MAX} folders with objects: crawl a part of them`;
    }
  } catch (error) {
    signal?.throwIfAborted();
    const message = `s3://${bucket}/${prefix} cannot be listed: ${reasonOf(error)}`;
    throw new LakehoseError("location-unreadable", message, { cause: error });
  }
  const found = [...folders.values()].map(({ path, objects, first, last }) => {
    return { path, objects, samples: first.key === last.key ? [first] : [first, last] };
  });
  const above = new Set(found.flatMap(({ path }) => foldersAbove(path)));
  return { folders: found, objects, holds: (path) => above.has(path), ...(incomplete !== undefined && { incomplete }) };
}

/** Itself, and every folder that it lies in. */
function foldersAbove(path: string): readonly string[] {
  const found = [""];
  for (let at = path.indexOf("/"); at !== -1; at = path.indexOf("/", at + 1)) found.push(path.slice(0, at + 1));
  return found;
}

interface FolderInTheMaking {
  readonly path: string;
  objects: number;
  readonly first: SampledObject;
  last: SampledObject;
}

function addObject(folder: FolderInTheMaking, object: ObjectInfo): void {
  folder.objects++;
  if (object.modifiedAt >= folder.last.modifiedAt) folder.last = sampled(object);
}

/** What a listing carries beside these would be held for each folder. */
function sampled({ key, bytes, modifiedAt }: ObjectInfo): SampledObject {
  return { key, bytes, modifiedAt };
}
