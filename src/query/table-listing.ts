import { readLocation } from "../catalog/location.ts";
import type { Partitions } from "../catalog/partition.ts";
import type { Table } from "../catalog/table.ts";
import type { TableChanges } from "../catalog/table-changes/table-changes.ts";
import { type ObjectStore, ObjectStoreError } from "../storage/object-store.ts";
import { listFiles, type StoredFile } from "./engine/location.ts";

/** What a person looks at. A table with more is told of as far as this, and said to be larger. */
export const LISTED_FILES_MAX = 50_000;

/** What compaction leaves alone: three quarters of the 128 MiB that it makes. */
const SMALL_BYTES_MAX = 96 * 1024 * 1024;

/** So many small files of one folder are worth a compaction, as its own default has it. */
const SMALL_FILES_MIN = 5;

export interface ListedFile {
  /** `s3://bucket/key` */
  readonly location: string;
  /** Below the table's location, `year=2026/month=11`; empty at the top, whole where it lies elsewhere. */
  readonly folder: string;
  readonly bytes: number;
  readonly modifiedAt: number;
}

export interface TableListing {
  readonly files: readonly ListedFile[];
  readonly total: number;
  readonly bytes: number;
  readonly folders: number;
  /** Small files of folders with so many of them that one file for many would be read faster. */
  readonly smallFiles: number;
  readonly smallFolders: number;
  /** False where there are more files than anybody counted. */
  readonly complete: boolean;
}

export interface ListTableOptions {
  readonly partitions: Partitions;
  readonly changes: Pick<TableChanges, "view">;
  readonly storeFor: (bucket: string) => ObjectStore;
  /** Files that are shown; all are counted. */
  readonly limit: number;
  readonly signal: AbortSignal;
}

/** The files of a table as its readers see them, in the order of their names. A view has none. */
export async function listTable(table: Table, options: ListTableOptions): Promise<TableListing> {
  const { changes, storeFor, limit, signal } = options;
  const roots = await rootsOf(table, options.partitions);
  const [home = ""] = roots;
  const files: ListedFile[] = [];
  const folders = new Map<string, { small: number }>();
  let total = 0;
  let bytes = 0;
  const view = changes.view();
  try {
    for (const root of roots) {
      const location = readLocation(root);
      if (location === undefined || total === LISTED_FILES_MAX) continue;
      for await (const file of unlessNoBucket(listFiles(storeFor, location, view, signal))) {
        const listed = describe(file, home);
        total++;
        bytes += listed.bytes;
        const folder = folders.get(listed.folder) ?? { small: 0 };
        if (listed.bytes < SMALL_BYTES_MAX) folder.small++;
        folders.set(listed.folder, folder);
        if (files.length < limit) files.push(listed);
        if (total === LISTED_FILES_MAX) break;
      }
    }
  } finally {
    view.release();
  }
  const crowded = [...folders.values()].filter(({ small }) => small >= SMALL_FILES_MIN);
  const smallFiles = crowded.reduce((sum, { small }) => sum + small, 0);
  const counts = { total, bytes, folders: folders.size, smallFiles, smallFolders: crowded.length };
  return { files, ...counts, complete: total < LISTED_FILES_MAX };
}

/** A table may be there before its first file, which makes the bucket. */
async function* unlessNoBucket(files: AsyncIterable<StoredFile>): AsyncGenerator<StoredFile> {
  try {
    yield* files;
  } catch (error) {
    if (!(error instanceof ObjectStoreError && error.code === "no-such-bucket")) throw error;
  }
}

/** The table's own location, and those of partitions that lie elsewhere. */
async function rootsOf({ databaseName, definition }: Table, partitions: Partitions): Promise<readonly string[]> {
  const home = definition.storageDescriptor?.location;
  if (home === undefined || readLocation(home) === undefined) return [];
  const base = home.endsWith("/") ? home : `${home}/`;
  const known =
    (definition.partitionKeys ?? []).length === 0 ? [] : await partitions.partitions(databaseName, definition.name);
  const others = known
    .map((partition) => partition.definition.storageDescriptor?.location)
    .filter((location) => location !== undefined && !location.startsWith(base));
  return [...new Set([base, ...others.filter((location) => location !== undefined)])];
}

function describe({ bucket, object }: StoredFile, home: string): ListedFile {
  const location = `s3://${bucket}/${object.key}`;
  const place = location.slice(0, location.lastIndexOf("/") + 1);
  const folder = place.startsWith(home) ? place.slice(home.length) : place;
  return {
    location,
    folder: folder.replace(/\/$/, ""),
    bytes: object.bytes,
    modifiedAt: Math.floor(object.modifiedAt),
  };
}
