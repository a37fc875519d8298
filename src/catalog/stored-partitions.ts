import { join } from "node:path";
import type { Clock } from "../std/clock.ts";
import type { Disk } from "../std/disk.ts";
import { Mutex } from "../std/mutex.ts";
import type { Catalog } from "./catalog.ts";
import { CatalogError, databaseNotFound, partitionExists, partitionNotFound, tableNotFound } from "./catalog-error.ts";
import {
  DEFINITION_BYTES_MAX,
  PARTITION_CACHE_BYTES_MAX,
  PARTITION_VALUE_LENGTH_MAX,
  PARTITIONS_BYTES_MAX,
  PARTITIONS_MAX,
} from "./catalog-limits.ts";
import { ChangeLog } from "./change-log.ts";
import type { Partition, PartitionDefinition, Partitions } from "./partition.ts";
import { type PartitionChange, PartitionSet } from "./partition-set.ts";
import { keyOfValues } from "./partition-values.ts";
import type { Table } from "./table.ts";

export interface StoredPartitionsOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  /** Absolute; a folder for each table that has partitions is made in it. */
  readonly directory: string;
  readonly catalog: Pick<Catalog, "database" | "table">;
  /** Bytes of JSON of what stays in memory between two uses. */
  readonly cacheBytes?: number;
}

/**
 * The partitions of all tables: read from a table's log at its first use, kept in memory while there is room, and changed
 * by one line of the log at a time.
 *
 * Each table has a mutex of its own rather than the catalog's: reading or rewriting a table with a million partitions
 * must not hold up the others. What happens to the table meanwhile is seen all the same, because a task looks the table up
 * once its turn has come, and the catalog, which deletes a table before it calls `removeTable`, takes its turn there too.
 * Readers need no turn while the table is in memory: a change shows there only once it is durable.
 *
 * A change that fails leaves the log in doubt. The table is forgotten and read again at its next use, as after a crash.
 */
export class StoredPartitions implements Partitions {
  readonly #options: StoredPartitionsOptions;
  /** The one that was used last is last. */
  readonly #rooms = new Map<string, Room>();

  constructor(options: StoredPartitionsOptions) {
    this.#options = options;
  }

  partitions(databaseName: string, tableName: string): Promise<readonly Partition[]> {
    return this.#read(databaseName, tableName, (set) => set.all());
  }

  partition(databaseName: string, tableName: string, values: readonly string[]): Promise<Partition | undefined> {
    return this.#read(databaseName, tableName, (set) => set.get(values));
  }

  createPartitions(
    databaseName: string,
    tableName: string,
    definitions: readonly PartitionDefinition[],
  ): Promise<readonly ("created" | "already-exists")[]> {
    return this.#change(databaseName, tableName, (set, table) => {
      const createdAt = this.#options.clock.now();
      const added = new Map<string, Partition>();
      const result = definitions.map((definition) => {
        checkDefinition(table, definition);
        const key = keyOfValues(definition.values);
        if (set.get(definition.values) !== undefined || added.has(key)) return "already-exists";
        added.set(key, { definition, createdAt });
        return "created";
      });
      refuseBeyond(PARTITIONS_MAX, set.size + added.size, "partitions", table);
      return { result, added: [...added.values()] };
    });
  }

  async updatePartition(
    databaseName: string,
    tableName: string,
    values: readonly string[],
    definition: PartitionDefinition,
  ): Promise<void> {
    await this.#change(databaseName, tableName, (set, table) => {
      checkDefinition(table, definition);
      const before = set.get(values);
      if (before === undefined) throw partitionNotFound(tableName, values);
      const moves = keyOfValues(values) !== keyOfValues(definition.values);
      if (moves && set.get(definition.values) !== undefined) throw partitionExists(tableName, definition.values);
      const added = [{ definition, createdAt: before.createdAt }];
      return { result: undefined, added, removed: moves ? [values] : [] };
    });
  }

  deletePartitions(
    databaseName: string,
    tableName: string,
    partitions: readonly (readonly string[])[],
  ): Promise<readonly ("deleted" | "not-found")[]> {
    return this.#change(databaseName, tableName, (set) => {
      const removed = new Map<string, readonly string[]>();
      const result = partitions.map((values) => {
        const key = keyOfValues(values);
        if (set.get(values) === undefined || removed.has(key)) return "not-found";
        removed.set(key, values);
        return "deleted";
      });
      return { result, removed: [...removed.values()] };
    });
  }

  /** Removes what a table had that the catalog has deleted. */
  async removeTable(uid: string): Promise<void> {
    const room = this.#room(uid);
    await this.#turn(room, async () => {
      room.loaded = undefined;
      await this.#options.disk.removeDirectory(this.#directory(uid));
    });
  }

  async #read<T>(databaseName: string, tableName: string, look: (set: PartitionSet) => T): Promise<T> {
    const room = this.#room(this.#requireTable(databaseName, tableName).uid);
    if (room.loaded !== undefined) return look(room.loaded.set);
    return this.#turn(room, async () => {
      this.#requireTable(databaseName, tableName, room.uid);
      return look((await this.#load(room)).set);
    });
  }

  async #change<T>(databaseName: string, tableName: string, decide: Decide<T>): Promise<T> {
    const room = this.#room(this.#requireTable(databaseName, tableName).uid);
    return this.#turn(room, async () => {
      const table = this.#requireTable(databaseName, tableName, room.uid);
      const { log, set } = await this.#loadCompact(room);
      const { result, removed = [], added = [] } = decide(set, table);
      if (removed.length + added.length === 0) return result;
      if (added.length > 0) refuseBeyond(PARTITIONS_BYTES_MAX, set.bytes, "bytes of partitions", table);
      const change = set.changeOf(removed, added);
      try {
        set.apply(change, await log.append(change));
      } catch (error) {
        room.loaded = undefined;
        throw error;
      }
      return result;
    });
  }

  async #load(room: Room): Promise<Loaded> {
    if (room.loaded !== undefined) return room.loaded;
    const set = new PartitionSet();
    const apply = (change: object, bytes: number) => set.apply(change, bytes);
    const log = await ChangeLog.open(this.#options.disk, this.#directory(room.uid), apply);
    room.loaded = { log, set };
    return room.loaded;
  }

  /** Compaction goes before a change, so that its failure is never taken for that of a change that is in force. */
  async #loadCompact(room: Room): Promise<Loaded> {
    const { log, set } = await this.#load(room);
    if (log.bytes <= COMPACTION_FACTOR * set.bytes + COMPACTION_SLACK_BYTES) return { log, set };
    const fresh = new PartitionSet();
    try {
      await log.rewrite(changesThatMake(set.all(), fresh), (change, bytes) => fresh.apply(change, bytes));
    } catch (error) {
      room.loaded = undefined;
      throw error;
    }
    room.loaded = { log, set: fresh };
    return room.loaded;
  }

  /** The table's uid is `expected` where the caller has waited: another may have come under its name. */
  #requireTable(databaseName: string, tableName: string, expected?: string): Table {
    const { catalog } = this.#options;
    if (catalog.database(databaseName) === undefined) throw databaseNotFound(databaseName);
    const table = catalog.table(databaseName, tableName);
    if (table === undefined || (expected !== undefined && table.uid !== expected)) {
      throw tableNotFound(databaseName, tableName);
    }
    return table;
  }

  #room(uid: string): Room {
    const room = this.#rooms.get(uid) ?? { uid, mutex: new Mutex(), waiting: 0, loaded: undefined };
    this.#rooms.delete(uid);
    this.#rooms.set(uid, room);
    return room;
  }

  async #turn<T>(room: Room, task: () => Promise<T>): Promise<T> {
    room.waiting++;
    try {
      return await room.mutex.run(task);
    } finally {
      room.waiting--;
      this.#forgetSome();
    }
  }

  /** Forgets what is not in use until the rest fits: the longest unused first, the last used one never. */
  #forgetSome(): void {
    const { cacheBytes = PARTITION_CACHE_BYTES_MAX } = this.#options;
    const rooms = [...this.#rooms.values()];
    let bytes = rooms.reduce((sum, { loaded }) => sum + (loaded?.set.bytes ?? 0), 0);
    for (const room of rooms) {
      if (room.waiting > 0) continue;
      if (bytes > cacheBytes && room !== rooms.at(-1)) {
        bytes -= room.loaded?.set.bytes ?? 0;
        room.loaded = undefined;
      }
      if (room.loaded === undefined) this.#rooms.delete(room.uid);
    }
  }

  #directory(uid: string): string {
    return join(this.#options.directory, uid);
  }
}

/** Where the tasks of one table wait for their turn. */
interface Room {
  readonly uid: string;
  readonly mutex: Mutex;
  /** Tasks that have not ended. */
  waiting: number;
  loaded: Loaded | undefined;
}

interface Loaded {
  readonly log: ChangeLog;
  readonly set: PartitionSet;
}

type Decide<T> = (
  set: PartitionSet,
  table: Table,
) => {
  readonly result: T;
  readonly removed?: readonly (readonly string[])[];
  readonly added?: readonly Partition[];
};

/** A log is written anew when it is this much larger than what it says: each byte is then rewritten once, on average. */
const COMPACTION_FACTOR = 2;
const COMPACTION_SLACK_BYTES = 256 * 1024;

/** Partitions in one line of a log that is written anew: other work gets its turn between two lines. */
const COMPACTION_LINE_PARTITIONS = 200;

function* changesThatMake(partitions: readonly Partition[], fresh: PartitionSet): Generator<PartitionChange> {
  for (let at = 0; at < partitions.length; at += COMPACTION_LINE_PARTITIONS) {
    yield fresh.changeOf([], partitions.slice(at, at + COMPACTION_LINE_PARTITIONS));
  }
}

function checkDefinition({ definition: table }: Table, definition: PartitionDefinition): void {
  const { values } = definition;
  const keys = table.partitionKeys ?? [];
  if (keys.length === 0) throw invalid(`Table ${table.name} has no partition keys, so it can have no partitions`);
  if (values.length !== keys.length) {
    const names = keys.map(({ name }) => name).join(", ");
    throw invalid(`Expected ${keys.length} values, for the partition keys ${names}, got ${values.length}`);
  }
  const wrong = values.find((value) => value.length === 0 || value.length > PARTITION_VALUE_LENGTH_MAX);
  if (wrong !== undefined) {
    throw invalid(`Values of partitions have 1 to ${PARTITION_VALUE_LENGTH_MAX} characters, got ${wrong.length}`);
  }
  const bytes = Buffer.byteLength(JSON.stringify(definition));
  if (bytes > DEFINITION_BYTES_MAX) {
    const message = `The definition of a partition may have ${DEFINITION_BYTES_MAX} bytes, got ${bytes}`;
    throw new CatalogError("limit-exceeded", "partition", message);
  }
}

function invalid(message: string): CatalogError {
  return new CatalogError("invalid", "partition", message);
}

function refuseBeyond(max: number, count: number, what: string, { definition }: Table): void {
  if (count <= max) return;
  const message = `Table ${definition.name} may have ${max} ${what}, this would make ${count}: delete some first`;
  throw new CatalogError("limit-exceeded", "partition", message);
}
