import type { StoredFile } from "../../query/engine/location.ts";
import type { TablePlace } from "../rewriting/table-places.ts";

/** A file in which repeats are looked for. */
export interface WindowFile {
  /** Its place among all, from 0: in the order in which files arrived. */
  readonly number: number;
  readonly stored: StoredFile;
  readonly place: TablePlace;
  /** False for what is young, part of another change, or not receipted yet: it is read, and stays as it is. */
  readonly mayRewrite: boolean;
}

/** Where a file of a change that is not settled yet will be, so that it stands in the order where it belongs. */
export function visibleKey({ object }: StoredFile): string {
  return object.key.replace(/_lakehose\/[0-9a-f]{32}\//, "");
}

/** Files that are replaced in one step. */
const GROUP_FILES_MAX = 500;

/** Their size as stored: what is made of them lies on this disk until the step is done. */
const GROUP_BYTES_MAX = 1024 ** 3;

export function inGroups(files: readonly WindowFile[]): readonly (readonly WindowFile[])[] {
  const groups: WindowFile[][] = [];
  let bytes = 0;
  for (const file of files) {
    const last = groups.at(-1);
    bytes += file.stored.object.bytes;
    if (last !== undefined && last.length < GROUP_FILES_MAX && bytes <= GROUP_BYTES_MAX) {
      last.push(file);
      continue;
    }
    groups.push([file]);
    bytes = file.stored.object.bytes;
  }
  return groups;
}
