import type { ListPage, PageEntry, PageRequest } from "../local-lake.ts";
import type { BucketFiles } from "./bucket-files.ts";
import { type FoundObject, listObjects } from "./list-objects.ts";
import { describeLakeObject } from "./sidecar.ts";

/** How many sidecars are read together. */
const DESCRIBED_TOGETHER = 32;

/**
 * One page of a bucket: at most so many entries are held, and of a common prefix no more than its first object is looked
 * at (where the delimiter is the slash, the rest of the folder is passed over).
 */
export async function listPage(files: BucketFiles, bucket: string, request: PageRequest): Promise<ListPage> {
  const { prefix, delimiter, after, entriesMax } = request;
  const found: (FoundObject | { readonly commonPrefix: string })[] = [];
  // The page before may have ended with a common prefix: then that is what `after` is.
  let passed = delimiter !== "" && after.endsWith(delimiter) && after.length > prefix.length ? after : "";
  const passes = (folderKey: string) => passed !== "" && folderKey.startsWith(passed);
  let truncated = false;
  if (entriesMax === 0) return { entries: [], truncated };
  for await (const object of listObjects(files.disk, files.bucketPath(bucket), { prefix, after, passes })) {
    const commonPrefix = commonPrefixOf(object.key, prefix, delimiter);
    if (commonPrefix !== undefined && commonPrefix === passed) continue;
    truncated = found.length === entriesMax;
    if (truncated) break;
    found.push(commonPrefix === undefined ? object : { commonPrefix });
    if (commonPrefix !== undefined) passed = commonPrefix;
  }
  return { entries: await describeAll(files, bucket, found), truncated };
}

function commonPrefixOf(key: string, prefix: string, delimiter: string): string | undefined {
  const at = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}

async function describeAll(
  files: BucketFiles,
  bucket: string,
  found: readonly (FoundObject | { readonly commonPrefix: string })[],
): Promise<PageEntry[]> {
  const entries: PageEntry[] = [];
  for (let first = 0; first < found.length; first += DESCRIBED_TOGETHER) {
    const group = found.slice(first, first + DESCRIBED_TOGETHER).map(async (one): Promise<PageEntry> => {
      if ("commonPrefix" in one) return one;
      const { key, stat } = one;
      return { object: describeLakeObject(key, stat, await files.sidecarOf(bucket, key, stat)) };
    });
    entries.push(...(await Promise.all(group)));
  }
  return entries;
}
