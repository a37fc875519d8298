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

interface Entry extends FoundObject {
  readonly path: string;
}

/**
 * The files of a bucket in the order of their keys' bytes. Memory is bounded by the folders on one path, not by the
 * bucket: a folder is read when the walk comes to it. A folder sorts as its name with a slash (`a.b` before `a/c`), for
 * that is how its keys sort. Folders in which no key can match are never read.
 */
export async function* listObjects(disk: Disk, bucketPath: string, options: ListOptions): AsyncGenerator<FoundObject> {
  yield* walk(disk, bucketPath, "", { prefix: options.prefix ?? "", after: options.after ?? "" });
}

async function* walk(
  disk: Disk,
  path: string,
  keyPrefix: string,
  wanted: Required<ListOptions>,
): AsyncGenerator<FoundObject> {
  for (const entry of await readFolder(disk, path, keyPrefix, wanted)) {
    if (entry.stat.directory) {
      if (mayHold(entry.key, wanted)) yield* walk(disk, entry.path, entry.key, wanted);
    } else if (entry.key.startsWith(wanted.prefix) && compareKeys(entry.key, wanted.after) > 0) {
      yield { key: entry.key, stat: entry.stat };
    }
  }
}

/** The entries that may matter, sorted. The key of a folder ends with a slash. */
async function readFolder(
  disk: Disk,
  path: string,
  keyPrefix: string,
  wanted: Required<ListOptions>,
): Promise<Entry[]> {
  const names = (await disk.list(path)).filter((name) => {
    const key = keyPrefix + segmentOfName(name);
    return key.startsWith(wanted.prefix) || wanted.prefix.startsWith(key);
  });
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

/** Whether some key below the folder `folderKey` may have the prefix and come after `after`. */
function mayHold(folderKey: string, { prefix, after }: Required<ListOptions>): boolean {
  const passed = compareKeys(folderKey, after) < 0 && !after.startsWith(folderKey);
  return !passed && (folderKey.startsWith(prefix) || prefix.startsWith(folderKey));
}
