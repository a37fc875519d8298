import type { StorageDescriptor, TextMap } from "./table.ts";

/** A partition of a table in the words of the Hive metastore. Plain data, stored as it is. */
export interface PartitionDefinition {
  /** One text for each partition key of the table, in their order: together they name it. */
  readonly values: readonly string[];
  /** Where its files lie and how they are read. What it leaves out is the table's. */
  readonly storageDescriptor?: StorageDescriptor;
  readonly parameters?: TextMap;
  /** Epoch seconds, as the metastore has them. */
  readonly lastAccessTime?: number;
  readonly lastAnalyzedTime?: number;
}

export interface Partition {
  readonly definition: PartitionDefinition;
  readonly createdAt: number;
}

/**
 * The partitions of the catalog's tables, found by their values. What a call resolves with is durable; readers see the state
 * before or after a change, never one in between. Partitions go with their table. Failures are `CatalogError`s; a table that
 * is not there is `not-found`, and values that are not one text for each partition key are `invalid`. After any other
 * failure (of the disk) a change may or may not be in force.
 */
export interface Partitions {
  /** All of a table, by their values in order. */
  partitions(databaseName: string, tableName: string): Promise<readonly Partition[]>;
  partition(databaseName: string, tableName: string, values: readonly string[]): Promise<Partition | undefined>;
  /** Makes those that are not there yet, in one durable change. Resolves to what became of each, in order. */
  createPartitions(
    databaseName: string,
    tableName: string,
    definitions: readonly PartitionDefinition[],
  ): Promise<readonly ("created" | "already-exists")[]>;
  /** Replaces the partition of these values; the definition may give it others. */
  updatePartition(
    databaseName: string,
    tableName: string,
    values: readonly string[],
    definition: PartitionDefinition,
  ): Promise<void>;
  /** Resolves to what became of each, in order. Files stay where they are. */
  deletePartitions(
    databaseName: string,
    tableName: string,
    partitions: readonly (readonly string[])[],
  ): Promise<readonly ("deleted" | "not-found")[]>;
}
