import { locationBelow } from "../../catalog/location.ts";
import type { Partitions } from "../../catalog/partition.ts";
import type { PartitionFolder } from "../../catalog/partition-layout.ts";
import { isBelow } from "../../catalog/partition-of-object.ts";
import { keyOfValues } from "../../catalog/partition-values.ts";
import type { StorageDescriptor, Table } from "../../catalog/table.ts";
import type { FileView } from "../../catalog/table-changes/table-changes.ts";
import type { Clock } from "../../std/clock.ts";
import { inTurns } from "../../std/in-turns.ts";
import { type ObjectStore, ObjectStoreError } from "../../storage/object-store.ts";
import type { TableUse } from "../dialect/inspect-query.ts";
import { QueryError } from "../query-error.ts";
import { FILES_MAX } from "../query-limits.ts";
import type { FreshReading, FreshTable } from "./fresh-files.ts";
import { listFiles, parseLocation, type StoredFile } from "./location.ts";
import { isNeeded } from "./partition-needs.ts";
import { projectedPartitions, projectsPartitions } from "./projected-partitions.ts";
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
  /** For projected partitions that reach up to now. */
  readonly clock: Pick<Clock, "now">;
  /** Present where rows count that have not landed yet. */
  readonly fresh?: FreshReading | undefined;
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
  const name = `${table.databaseName}.${table.definition.name}`;
  const root = table.definition.storageDescriptor ?? {};
  // Taken before anything is listed: what lands from now on counts as fresh.
  const fresh = await options.fresh?.begin(table, parseLocation(root.location, name));
  const places = projectsPartitions(table)
    ? projectedPlaces(table, shape, uses, options.clock)
    : await placesOf(table, shape, options.partitions, fresh?.partitions);
  const needed = places.filter(({ values }) => isNeeded(table, shape, values, uses));
  const count = new FileCount(name);
  const groups = await inTurns(needed, LISTINGS_AT_ONCE, async ({ storage, values }): Promise<FileGroup> => {
    const location = parseLocation(storage.location, name);
    const files: StoredFile[] = [];
    const listed = listFiles(options.storeFor, location, options.view, options.signal);
    for await (const file of unlessNoBucket(listed, fresh)) {
      if (fresh?.hides(file.object.key)) continue;
      count.add(1);
      files.push(file);
    }
    return { reader: readerOf(storage, table.definition.parameters ?? {}, name), values, files };
  });
  for (const { values, files } of (await fresh?.groups((some) => isNeeded(table, shape, some, uses))) ?? []) {
    const storage = places.find((place) => keyOfValues(place.values) === keyOfValues(values))?.storage ?? root;
    const location = parseLocation(storage.location, name);
    // A partition may lie elsewhere: then what lands here is none of it.
    const found = files.filter(({ bucket, object }) => isBelow(location, { bucket, key: object.key }));
    count.add(found.length);
    groups.push({ reader: readerOf(storage, table.definition.parameters ?? {}, name), values, files: found });
  }
  return { groups, partitionsRead: needed.length, partitionsKnown: places.length };
}

/** Partitions whose files are asked for at the same time: what hides the way to a store. */
const LISTINGS_AT_ONCE = 16;

/** A delivery makes its bucket with the first object: what is fresh comes before that. */
async function* unlessNoBucket(files: AsyncIterable<StoredFile>, fresh: FreshTable | undefined) {
  try {
    yield* files;
  } catch (error) {
    const isEmpty = error instanceof ObjectStoreError && error.code === "no-such-bucket" && fresh !== undefined;
    if (!isEmpty) throw error;
  }
}

class FileCount {
  readonly #table: string;
  #files = 0;

  constructor(table: string) {
    this.#table = table;
  }

  add(files: number): void {
    this.#files += files;
    if (this.#files <= FILES_MAX) return;
    const message = `Table ${this.#table}: the query needs more than ${FILES_MAX} files, which is the limit; name partitions in WHERE, or merge small files`;
    throw new QueryError("limit-exceeded", message);
  }
}

interface Place {
  readonly storage: StorageDescriptor;
  readonly values: readonly string[];
}

function projectedPlaces(
  table: Table,
  shape: TableShape,
  uses: readonly TableUse[],
  clock: FindFilesOptions["clock"],
): readonly Place[] {
  const storage = table.definition.storageDescriptor ?? {};
  const projected = projectedPartitions(table, shape, uses, clock.now());
  return projected.map(({ values, location }) => ({ storage: { ...storage, location }, values }));
}

/** The partitions that the catalog knows, and those that it will know in a moment. */
async function placesOf(
  table: Table,
  shape: TableShape,
  partitions: Partitions,
  landed: readonly PartitionFolder[] = [],
): Promise<readonly Place[]> {
  const storage = table.definition.storageDescriptor ?? {};
  if (shape.partitionKeys.length === 0) return [{ storage, values: [] }];
  const known = await partitions.partitions(table.databaseName, table.definition.name);
  const places = new Map<string, Place>();
  for (const { values, folder } of landed) {
    const place = { storage: { ...storage, location: locationBelow(storage.location, folder) }, values };
    places.set(keyOfValues(values), place);
  }
  for (const { definition } of known) {
    const place = { storage: { ...storage, ...definition.storageDescriptor }, values: definition.values };
    places.set(keyOfValues(definition.values), place);
  }
  return [...places.values()];
}
