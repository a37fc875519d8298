import type { Partition, PartitionDefinition, Partitions } from "../../src/catalog/partition.ts";

/** Partitions in a map, by the values that name them. */
export class MemoryPartitions implements Partitions {
  readonly #tables = new Map<string, Map<string, Partition>>();

  async partitions(databaseName: string, tableName: string): Promise<readonly Partition[]> {
    const held = [...this.#of(databaseName, tableName)];
    return held.sort(([left], [right]) => (left < right ? -1 : 1)).map(([, partition]) => partition);
  }

  async partition(databaseName: string, tableName: string, values: readonly string[]): Promise<Partition | undefined> {
    return this.#of(databaseName, tableName).get(JSON.stringify(values));
  }

  async createPartitions(databaseName: string, tableName: string, definitions: readonly PartitionDefinition[]) {
    const held = this.#of(databaseName, tableName);
    return definitions.map((definition) => {
      const key = JSON.stringify(definition.values);
      if (held.has(key)) return "already-exists" as const;
      held.set(key, { definition, createdAt: 0 });
      return "created" as const;
    });
  }

  async updatePartition(
    databaseName: string,
    tableName: string,
    values: readonly string[],
    definition: PartitionDefinition,
  ): Promise<void> {
    const held = this.#of(databaseName, tableName);
    held.delete(JSON.stringify(values));
    held.set(JSON.stringify(definition.values), { definition, createdAt: 0 });
  }

  async deletePartitions(databaseName: string, tableName: string, partitions: readonly (readonly string[])[]) {
    const held = this.#of(databaseName, tableName);
    return partitions.map((values) => (held.delete(JSON.stringify(values)) ? "deleted" : "not-found"));
  }

  #of(databaseName: string, tableName: string): Map<string, Partition> {
    const name = `${databaseName}.${tableName}`;
    const held = this.#tables.get(name) ?? new Map<string, Partition>();
    this.#tables.set(name, held);
    return held;
  }
}
