import type { Partition, PartitionDefinition, Partitions } from "../../src/catalog/partition.ts";

/** Partitions in memory, of tables that nobody has to know. Counts the changes, for tests that expect none. */
export class FakePartitions implements Partitions {
  changes = 0;
  readonly #tables = new Map<string, Map<string, Partition>>();

  async partitions(databaseName: string, tableName: string): Promise<readonly Partition[]> {
    const found = [...this.#of(databaseName, tableName)];
    return found.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, partition]) => partition);
  }

  async partition(databaseName: string, tableName: string, values: readonly string[]): Promise<Partition | undefined> {
    return this.#of(databaseName, tableName).get(JSON.stringify(values));
  }

  async createPartitions(databaseName: string, tableName: string, definitions: readonly PartitionDefinition[]) {
    return definitions.map((definition) => {
      const known = this.#of(databaseName, tableName);
      const place = JSON.stringify(definition.values);
      if (known.has(place)) return "already-exists";
      known.set(place, { definition, createdAt: 0 });
      this.changes++;
      return "created";
    });
  }

  async updatePartition(
    databaseName: string,
    tableName: string,
    values: readonly string[],
    definition: PartitionDefinition,
  ): Promise<void> {
    const known = this.#of(databaseName, tableName);
    known.delete(JSON.stringify(values));
    known.set(JSON.stringify(definition.values), { definition, createdAt: 0 });
    this.changes++;
  }

  async deletePartitions(databaseName: string, tableName: string, partitions: readonly (readonly string[])[]) {
    return partitions.map((values) => {
      this.changes++;
      return this.#of(databaseName, tableName).delete(JSON.stringify(values)) ? "deleted" : "not-found";
    });
  }

  #of(databaseName: string, tableName: string): Map<string, Partition> {
    const name = `${databaseName}.${tableName}`.toLowerCase();
    const found = this.#tables.get(name) ?? new Map<string, Partition>();
    this.#tables.set(name, found);
    return found;
  }
}
