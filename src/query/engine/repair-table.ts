import { type Location, locationText } from "../../catalog/location.ts";
import type { Partitions } from "../../catalog/partition.ts";
import { findHivePartitions, hivePartitionFolder } from "../../catalog/partition-layout.ts";
import type { Table } from "../../catalog/table.ts";
import { EVERY_FILE } from "../../catalog/table-changes/every-file.ts";
import type { ObjectStore } from "../../storage/object-store.ts";
import { listFiles, parseLocation } from "./location.ts";

export interface RepairContext {
  readonly partitions: Partitions;
  readonly storeFor: (bucket: string) => ObjectStore;
  readonly signal: AbortSignal;
}

/** Partitions made in one change of the catalog. */
const CREATED_AT_ONCE = 100;

/** MSCK REPAIR TABLE: folders `key=value/` that hold files and that the catalog does not know become partitions. */
export async function repairTable(
  table: Table,
  keys: readonly string[],
  { partitions, storeFor, signal }: RepairContext,
): Promise<{ readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] }> {
  const { databaseName, definition } = table;
  const location = parseLocation(definition.storageDescriptor?.location, `${databaseName}.${definition.name}`);
  const found = await findHivePartitions(pathsBelow(location, storeFor, signal), keys);
  const root = locationText(location);
  const wanted = found.map(({ values, folder }) => ({
    values,
    storageDescriptor: { ...definition.storageDescriptor, location: `${root}${folder}` },
  }));
  const rows: string[][] = [];
  for (let at = 0; at < wanted.length; at += CREATED_AT_ONCE) {
    const some = wanted.slice(at, at + CREATED_AT_ONCE);
    const became = await partitions.createPartitions(databaseName, definition.name, some);
    for (const [index, { values }] of some.entries()) {
      if (became[index] === "created") rows.push([`Added partition ${hivePartitionFolder(keys, values).slice(0, -1)}`]);
    }
  }
  return { columns: ["result"], rows };
}

async function* pathsBelow(
  location: Location,
  storeFor: RepairContext["storeFor"],
  signal: AbortSignal,
): AsyncGenerator<string> {
  for await (const { object } of listFiles(storeFor, location, EVERY_FILE, signal))
    yield object.key.slice(location.prefix.length);
}
