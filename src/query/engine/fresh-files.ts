import type { Location } from "../../catalog/location.ts";
import type { PartitionFolder } from "../../catalog/partition-layout.ts";
import { partitionOfObject } from "../../catalog/partition-of-object.ts";
import type { Table } from "../../catalog/table.ts";
import type { Disk } from "../../std/disk.ts";
import type { FreshFile, FreshRows, FreshSnapshot } from "../fresh-rows.ts";
import type { StoredFile } from "./location.ts";

/** What was counted of that which had not landed. */
export interface FreshStatistics {
  readonly files: number;
  readonly bytes: number;
  /** False when something that had been acknowledged before the query is not in its answer. */
  readonly complete: boolean;
}

/** The snapshots of one query, to be released with it. */
export class FreshReading {
  readonly #source: FreshRows;
  readonly #disk: Disk;
  readonly #signal: AbortSignal;
  readonly #snapshots: FreshSnapshot[] = [];
  #files = 0;
  #bytes = 0;

  constructor(source: FreshRows, disk: Disk, signal: AbortSignal) {
    this.#source = source;
    this.#disk = disk;
    this.#signal = signal;
  }

  get statistics(): FreshStatistics {
    return { files: this.#files, bytes: this.#bytes, complete: this.#snapshots.every(({ complete }) => complete) };
  }

  /** Before the place is listed. */
  async begin(table: Table, location: Location): Promise<FreshTable> {
    const snapshot = await this.#source.snapshot(location, this.#signal);
    this.#snapshots.push(snapshot);
    return {
      hides: (key) => snapshot.hides(key),
      partitions: snapshot.landedKeys.flatMap((key) => {
        return partitionOfObject(table.definition, { bucket: location.bucket, key }) ?? [];
      }),
      groups: (isNeeded) => this.#groups(table, location, snapshot, isNeeded),
    };
  }

  async release(): Promise<void> {
    for (const snapshot of this.#snapshots) await snapshot.release();
  }

  async #groups(
    { definition }: Table,
    location: Location,
    snapshot: FreshSnapshot,
    isNeeded: (values: readonly string[]) => boolean,
  ): Promise<readonly FreshGroup[]> {
    const isPartitioned = (definition.partitionKeys?.length ?? 0) > 0;
    const groups = new Map<string, { readonly values: readonly string[]; readonly keys: string[] }>();
    for (const key of snapshot.keys) {
      const partition = partitionOfObject(definition, { bucket: location.bucket, key });
      // What lies in no partition is none of the table's.
      if (isPartitioned && partition === undefined) continue;
      const values = partition?.values ?? [];
      if (!isNeeded(values)) continue;
      const group = groups.get(JSON.stringify(values)) ?? { values, keys: [] };
      group.keys.push(key);
      groups.set(JSON.stringify(values), group);
    }
    const wanted = [...groups.values()].flatMap(({ keys }) => keys);
    if (wanted.length === 0) return [];
    const files = Map.groupBy(await snapshot.files(wanted, this.#signal), ({ key }) => key);
    return Array.from(groups.values(), ({ values, keys }) => {
      const some = keys.flatMap((key) => files.get(key) ?? []);
      this.#files += some.length;
      this.#bytes += some.reduce((sum, { bytes }) => sum + bytes, 0);
      return { values, files: some.map((file) => storedFile(this.#disk, location, file)) };
    });
  }
}

/** What is on its way to one table. */
export interface FreshTable {
  /** True for objects that are not to be read, because what they hold is fresh. */
  hides(key: string): boolean;
  /** With objects that have landed; the catalog may not know them yet. */
  readonly partitions: readonly PartitionFolder[];
  groups(isNeeded: (values: readonly string[]) => boolean): Promise<readonly FreshGroup[]>;
}

export interface FreshGroup {
  readonly values: readonly string[];
  readonly files: readonly StoredFile[];
}

function storedFile(disk: Disk, location: Location, { key, path, bytes }: FreshFile): StoredFile {
  // The path is another one for each snapshot, so nothing that was kept of an earlier one is taken for this.
  const object = { key, bytes, etag: path, modifiedAt: 0, metadata: {} };
  return { ...location, object, path, store: { type: "fresh", get: async () => chunksOf(disk, path) } };
}

const CHUNK_BYTES = 1024 * 1024;

async function* chunksOf(disk: Disk, path: string): AsyncGenerator<Buffer> {
  const file = await disk.open(path, "read");
  try {
    for (let position = 0; ; ) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const count = await file.read(chunk, position);
      if (count === 0) return;
      yield chunk.subarray(0, count);
      position += count;
    }
  } finally {
    await file.close();
  }
}
