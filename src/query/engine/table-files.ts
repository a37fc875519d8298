import type { Partitions } from "../../catalog/partition.ts";
import type { StorageDescriptor, Table } from "../../catalog/table.ts";
import type { FileView } from "../../catalog/table-changes/table-changes.ts";
import type { ObjectStore } from "../../storage/object-store.ts";
import type { TableUse } from "../dialect/inspect-query.ts";
import { QueryError } from "../query-error.ts";
import { FILES_MAX } from "../query-limits.ts";
import { listFiles, parseLocation, type StoredFile } from "./location.ts";
import { mayHold, type PartitionKey } from "./prune.ts";
import { readerOf, type TableReader } from "./table-reader.ts";
import type { TableShape } from "./table-shape.ts";

/** Files that are read in one way and have the same values of the partition keys. */
export interface FileGroup {
  readonly reader: TableReader;
  readonly values: readonly string[];
  readonly files: readonly StoredFile[];
}

export interface TableFiles {
  readonly groups: readonly FileGroup[];
  readonly partitionsRead: number;
  readonly partitionsKnown: number;
}

export interface FindFilesOptions {
  readonly partitions: Partitions;
  readonly storeFor: (bucket: string) => ObjectStore;
  /** Taken before the first listing, and held while files are read. */
  readonly view: FileView;
  readonly signal: AbortSignal;
}

/**
 * The files of a table that a query has to read. Partitions are ruled out by what the query says about their keys before
 * anything is listed; one that any use of the table may need stays.
 */
export async function findFiles(
  table: Table,
  shape: TableShape,
  uses: readonly TableUse[],
  options: FindFilesOptions,
): Promise<TableFiles> {
  const places = await placesOf(table, shape, options.partitions);
  const needed = places.filter(({ values }) => isNeeded(table, shape, values, uses));
  const groups: FileGroup[] = [];
  let files = 0;
  for (const { storage, values } of needed) {
    const name = `${table.databaseName}.${table.definition.name}`;
    const found: StoredFile[] = [];
    const location = parseLocation(storage.location, name);
    for await (const file of listFiles(options.storeFor, location, options.view, options.signal)) {
      if (++files > FILES_MAX) {
        const message = `Table ${name}: the query needs more than ${FILES_MAX} files, which is the limit; name partitions in WHERE, or merge small files`;
        throw new QueryError("limit-exceeded", message);
      }
      found.push(file);
    }
    groups.push({ reader: readerOf(storage, table.definition.parameters ?? {}, name), values, files: found });
  }
  return { groups, partitionsRead: needed.length, partitionsKnown: places.length };
}

interface Place {
  readonly storage: StorageDescriptor;
  readonly values: readonly string[];
}

async function placesOf(table: Table, shape: TableShape, partitions: Partitions): Promise<readonly Place[]> {
  const storage = table.definition.storageDescriptor ?? {};
  if (shape.partitionKeys.length === 0) return [{ storage, values: [] }];
  const known = await partitions.partitions(table.databaseName, table.definition.name);
  return known.map(({ definition }) => ({
    storage: { ...storage, ...definition.storageDescriptor },
    values: definition.values,
  }));
}

function isNeeded(table: Table, shape: TableShape, values: readonly string[], uses: readonly TableUse[]): boolean {
  const keys: readonly PartitionKey[] = shape.partitionKeys.map(({ name, type }, index) => ({
    name,
    type: type.kind,
    value: values[index] ?? "",
  }));
  return uses.some(({ alias, condition }) => {
    const qualifiers = [alias, `${table.databaseName}.${table.definition.name}`];
    return condition === undefined || mayHold(condition, keys, qualifiers);
  });
}
