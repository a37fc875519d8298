import type { Disk, DiskStat } from "../../std/disk.ts";
import { compareKeys } from "../compare-keys.ts";
import type { ListOptions } from "../object-store.ts";
import { isBeginningOfSegment, segmentOfName } from "./object-path.ts";

/** How many files are looked at together: enough to hide the thread pool's latency, few enough to bound what waits. */
const STATS_IN_FLIGHT = 64;

export interface FoundObject {
  readonly key: string;
  readonly stat: DiskStat;
}

export interface WalkOptions extends ListOptions {
  /** Asked between two objects: whether keys that begin with this folder's are of no interest any more. */
  passes?(folderKey: string): boolean;
}

interface Wanted {
  readonly prefix: string;
  readonly after: string;
  readonly passes: (folderKey: string) => boolean;
}

interface Entry extends FoundObject {
  readonly path: string;
}

/**
 * The files of a bucket in the order of their keys' bytes. Memory is bounded by the folders on one path, not by the
 * bucket: a folder is read when the walk comes to it. A folder sorts as its name with a slash (`a.b` before `a/c`), for
 * that is how its keys sort. Folders in which no key can match are never read.
 */
export async function* listObjects(disk: Disk, bucketPath: string, options: WalkOptions): AsyncGenerator<FoundObject> {
  const { prefix = "", after = "", passes = () => false } = options;
  yield* walk(disk, bucketPath, "", { prefix, after, passes });
}

async function* walk(disk: Disk, path: string, keyPrefix: string, wanted: Wanted): AsyncGenerator<FoundObject> {
  for (const entry of await readFolder(disk, path, keyPrefix, wanted)) {
    if (keyPrefix !== "" && wanted.passes(keyPrefix)) return;
    if (entry.stat.directory) {
      if (mayHold(entry.key, wanted)) yield* walk(disk, entry.path, entry.key, wanted);
    } else if (entry.key.startsWith(wanted.prefix) && compareKeys(entry.key, wanted.after) > 0) {
      yield { key: entry.key, stat: entry.stat };
    }
  }
}

/** The entries that may matter, sorted. The key of a folder ends with a slash. */
async function readFolder(disk: Disk, path: string, keyPrefix: string, wanted: Wanted): Promise<Entry[]> {
  const names = (await disk.list(path)).filter((name) => mayMatter(name, keyPrefix, wanted));
  const entries: Entry[] = [];
  for (let first = 0; first < names.length; first += STATS_IN_FLIGHT) {
    const group = names.slice(first, first + STATS_IN_FLIGHT);
    const stats = await Promise.all(group.map((name) => disk.stat(`${path}/${name}`)));
    for (const [index, name] of group.entries()) {
      const stat = stats[index];
      // Removed since the folder was read, or a name that is not text: no object of ours either way.
      if (stat === undefined) continue;
      const ending = stat.directory && !isBeginningOfSegment(name) ? "/" : "";
      const key = keyPrefix + segmentOfName(name) + ending;
      entries.push({ key, stat, path: `${path}/${name}` });
    }
  }
  return entries.sort((left, right) => compareKeys(left.key, right.key));
}

/** Whether what has this name may be a wanted object, or a folder of some: before anybody looks which of the two it is. */
function mayMatter(name: string, keyPrefix: string, wanted: Wanted): boolean {
  const key = keyPrefix + segmentOfName(name);
  if (key.startsWith(wanted.prefix) && compareKeys(key, wanted.after) > 0) return true;
  return mayHold(isBeginningOfSegment(name) ? key : `${key}/`, wanted);
}

/** Whether some key below the folder `folderKey` may have the prefix and come after `after`. */
function mayHold(folderKey: string, { prefix, after }: Pick<Wanted, "prefix" | "after">): boolean {
  const passed = compareKeys(folderKey, after) < 0 && !after.startsWith(folderKey);
  return !passed && (folderKey.startsWith(prefix) || prefix.startsWith(folderKey));
}
