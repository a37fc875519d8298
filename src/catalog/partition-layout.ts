import { CatalogError } from "./catalog-error.ts";
import { PARTITION_VALUE_LENGTH_MAX, PARTITIONS_MAX } from "./catalog-limits.ts";
import { compareValues, keyOfValues } from "./partition-values.ts";

/** A partition as its folder tells it. */
export interface PartitionFolder {
  readonly values: readonly string[];
  /** Below the table's location, as it is spelled there, with its last slash: `year=2019/month=02/`. */
  readonly folder: string;
}

/**
 * The partition that an object lies in by Hive's layout: one folder `key=value/` for each key, in their order, directly
 * below the table's location. `path` is the object's key below that location; an object that only marks the folder counts
 * too. Names of keys know no letter case.
 *
 * `undefined` for everything else, as MSCK REPAIR leaves it alone: files above the last of these folders, folders of other
 * names, values that no partition can have, and what writers hide while they work (`_temporary/`, `.staging/`).
 */
export function hivePartitionOf(path: string, keys: readonly string[]): PartitionFolder | undefined {
  const segments = path.split("/");
  if (keys.length === 0 || segments.length <= keys.length || isHidden(path)) return undefined;
  const values: string[] = [];
  for (const [index, key] of keys.entries()) {
    const value = valueInFolder(segments[index] ?? "", key);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return { values, folder: `${segments.slice(0, keys.length).join("/")}/` };
}

/**
 * All partitions that objects lie in, by their values in order. Where several folders say the same values in other letters
 * or codes, the first that comes is taken: a partition has one location.
 */
export async function findHivePartitions(
  paths: AsyncIterable<string> | Iterable<string>,
  keys: readonly string[],
): Promise<readonly PartitionFolder[]> {
  const found = new Map<string, PartitionFolder>();
  let last: PartitionFolder | undefined;
  for await (const path of paths) {
    // Objects come in key order: those of one folder follow each other.
    if (last !== undefined && path.startsWith(last.folder)) continue;
    const partition = hivePartitionOf(path, keys);
    if (partition === undefined) continue;
    last = partition;
    const key = keyOfValues(partition.values);
    if (!found.has(key)) found.set(key, partition);
    if (found.size <= PARTITIONS_MAX) continue;
    const message = `A table may have ${PARTITIONS_MAX} partitions, and its folders are more: repair a part of it`;
    throw new CatalogError("limit-exceeded", "partition", message);
  }
  return [...found.values()].sort((a, b) => compareValues(a.values, b.values));
}

/** The folder of a partition in Hive's layout; `hivePartitionOf` reads it back. */
export function hivePartitionFolder(keys: readonly string[], values: readonly string[]): string {
  return keys.map((key, index) => `${escaped(key)}=${escaped(values[index] ?? "")}/`).join("");
}

function valueInFolder(segment: string, key: string): string | undefined {
  const at = segment.indexOf("=");
  if (at === -1 || unescaped(segment.slice(0, at)).toLowerCase() !== key.toLowerCase()) return undefined;
  const value = unescaped(segment.slice(at + 1));
  return value.length === 0 || value.length > PARTITION_VALUE_LENGTH_MAX ? undefined : value;
}

/**
 * Whether readers of Hive pass an object over, by its path below a table's location: markers, and what is not finished. A key
 * may begin with an underscore, as in `_day=1`.
 */
export function isHidden(path: string): boolean {
  return path
    .split("/")
    .some((segment) => segment.startsWith(".") || (segment.startsWith("_") && !segment.includes("=")));
}

/** The signs that Hive writes as percent codes in names of folders. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are among them.
const ESCAPED_SIGNS = /[\u0000-\u001f"#%'*/:=?\\\u007f{[\]^]/g;

function escaped(text: string): string {
  return text.replace(ESCAPED_SIGNS, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`);
}

/** Percent codes are UTF-8, as all writers agree for ASCII. What is no such code is text: `100%` is a value too. */
export function unescaped(text: string): string {
  return text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (codes) => {
    try {
      return decodeURIComponent(codes);
    } catch {
      return codes;
    }
  });
}
