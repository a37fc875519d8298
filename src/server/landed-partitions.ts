import type { Catalog } from "../catalog/catalog.ts";
import { locationBelow } from "../catalog/location.ts";
import type { PartitionDefinition, Partitions } from "../catalog/partition.ts";
import type { PartitionFolder } from "../catalog/partition-layout.ts";
import { partitionOfObject } from "../catalog/partition-of-object.ts";
import type { Table } from "../catalog/table.ts";
import type { LandedObject } from "../delivery/journal/journal-records.ts";
import { LakehoseError } from "../model/errors.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";

/**
 * Makes a partition of a table as soon as its first object has landed, so that it is there for the first question, and
 * nobody has to ask for it with `MSCK REPAIR TABLE` or a crawler.
 *
 * Where an object lies says which partition it is in (`partition-of-object.ts`). What lies elsewhere is none of the table's,
 * and a table that is gone has no partitions: neither is an error.
 */
export class LandedPartitions {
  readonly #catalog: Catalog & { readonly partitions: Partitions };
  readonly #telemetry: Telemetry;

  constructor(catalog: Catalog & { readonly partitions: Partitions }, telemetry: Telemetry) {
    this.#catalog = catalog;
    this.#telemetry = telemetry;
  }

  /**
   * May be told of an object twice. Rejects where the catalog may take it later, to be told again. What it will never take
   * (a table is full, or its partitions are damaged) is warned about and let go, because waiting for it would take ever
   * more memory; `MSCK REPAIR TABLE` finds it in the lake.
   */
  async register(objects: readonly LandedObject[]): Promise<void> {
    const ofTables = objects.filter((object): object is LandedRows => object.table !== undefined);
    const byTable = Map.groupBy(ofTables, ({ table }) => JSON.stringify([table.databaseName, table.tableName]));
    for (const landed of byTable.values()) {
      const [first] = landed;
      const table = first && this.#catalog.table(first.table.databaseName, first.table.tableName);
      if (table !== undefined) await this.#makeOrWarn(table, landed);
    }
  }

  async #makeOrWarn(table: Table, landed: readonly LandedObject[]): Promise<void> {
    try {
      await this.#makePartitions(table, landed);
    } catch (error) {
      if (!(error instanceof LakehoseError) || error.retriable) throw error;
      const name = `${table.databaseName}.${table.definition.name}`;
      this.#telemetry.emit("catalog.partitionsRefused", {
        table: name,
        objects: landed.length,
        message: error.message,
      });
    }
  }

  async #makePartitions(table: Table, landed: readonly LandedObject[]): Promise<void> {
    const partitions = new Map<string, PartitionDefinition>();
    for (const object of landed) {
      const { bucket } = object.target.options;
      const folder = partitionOfObject(table.definition, { bucket: String(bucket), key: object.name });
      if (folder !== undefined) partitions.set(JSON.stringify(folder.values), partitionOf(table, folder));
    }
    if (partitions.size === 0) return;
    const { databaseName, definition } = table;
    await this.#catalog.partitions.createPartitions(databaseName, definition.name, [...partitions.values()]);
  }
}

type LandedRows = LandedObject & Required<Pick<LandedObject, "table">>;

/** As Hive adds a partition: described as the table is, in a place of its own. */
function partitionOf({ definition }: Table, { values, folder }: PartitionFolder): PartitionDefinition {
  const { storageDescriptor } = definition;
  const location = locationBelow(storageDescriptor?.location, folder);
  return { values, storageDescriptor: { ...storageDescriptor, location } };
}
