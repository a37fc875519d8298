import type { Location } from "./location.ts";
import { readLocation } from "./location.ts";
import { hivePartitionOf, type PartitionFolder } from "./partition-layout.ts";
import type { TableDefinition } from "./table.ts";

/**
 * Which partition of a table an object is in, by where it lies: by Hive's layout (`year=2026/month=11/`), or, where no folder
 * below the table's location names a key, by as many folders as the table has keys (`2026/11/`, as AWS names them by
 * default). `undefined` for what is none of the table's, and for tables without partition keys.
 */
export function partitionOfObject(
  definition: TableDefinition,
  object: { readonly bucket: string; readonly key: string },
): PartitionFolder | undefined {
  const keys = definition.partitionKeys?.map((key) => key.name) ?? [];
  const location = readLocation(definition.storageDescriptor?.location);
  if (keys.length === 0 || location === undefined || !isBelow(location, object)) return undefined;
  const path = object.key.slice(location.prefix.length);
  return hivePartitionOf(path, keys) ?? placedPartitionOf(path, keys);
}

export function isBelow(
  location: Location,
  { bucket, key }: { readonly bucket: string; readonly key: string },
): boolean {
  return bucket === location.bucket && key.startsWith(location.prefix);
}

/** By their order alone. */
function placedPartitionOf(path: string, keys: readonly string[]): PartitionFolder | undefined {
  const values = path.split("/").slice(0, -1);
  if (values.length !== keys.length || values.some((value) => value === "" || value.includes("="))) return undefined;
  return { values, folder: `${values.join("/")}/` };
}
