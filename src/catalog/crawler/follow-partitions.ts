import type { Partition, PartitionDefinition, Partitions } from "../partition.ts";
import { NO_PARTITIONS, type PartitionCounts } from "./crawl-report.ts";
import type { FoundPartition } from "./found-table.ts";
import type { ChangePolicy } from "./schema-change.ts";
import { DEPRECATED_BY } from "./table-definition.ts";

/** Partitions that are made or deleted in one change. */
const PARTITIONS_AT_ONCE = 1_000;

export interface PartitionsToFollow {
  readonly database: string;
  readonly table: string;
  /** Of the table. Partitions that lie elsewhere were added by hand, and stay. */
  readonly location: string;
  readonly found: readonly FoundPartition[];
  /** Sure that no object is left there; a folder whose files cannot be read is not gone. */
  readonly isGone: (location: string) => boolean;
  readonly policy: ChangePolicy;
  readonly now: number;
}

/** Brings the partitions of a table up to its folders. New ones are made under every policy, as Glue does. */
export async function followPartitions(partitions: Partitions, task: PartitionsToFollow): Promise<PartitionCounts> {
  const { database, table, found } = task;
  const present = await partitions.partitions(database, table);
  const known = new Map(present.map((one) => [placeOf(one.definition.values), one]));
  const counts = { ...NO_PARTITIONS };
  const created: PartitionDefinition[] = [];
  for (const { values, location } of found) {
    const partition = known.get(placeOf(values));
    known.delete(placeOf(values));
    if (partition === undefined) created.push({ values, storageDescriptor: { location } });
    else if (isAt(partition, location) || task.policy.update === "log") counts.unchanged++;
    else {
      await partitions.updatePartition(database, table, values, foundAgain(partition, location));
      counts.updated++;
    }
  }
  for (const group of groupsOf(created)) {
    const results = await partitions.createPartitions(database, table, group);
    for (const result of results) counts[result === "created" ? "created" : "unchanged"]++;
  }
  return letGo(partitions, task, [...known.values()], counts);
}

async function letGo(
  partitions: Partitions,
  { database, table, location, policy, now, isGone }: PartitionsToFollow,
  absent: readonly Partition[],
  counts: PartitionCounts,
): Promise<PartitionCounts> {
  const gone = absent.filter(({ definition }) => {
    const at = definition.storageDescriptor?.location;
    return at?.startsWith(location) === true && isGone(at);
  });
  if (policy.delete === "log") return { ...counts, missing: gone.length };
  if (policy.delete === "delete") {
    for (const group of groupsOf(gone)) {
      const values = group.map(({ definition }) => definition.values);
      await partitions.deletePartitions(database, table, values);
    }
    return { ...counts, deleted: gone.length };
  }
  const fresh = gone.filter(({ definition }) => definition.parameters?.[DEPRECATED_BY] === undefined);
  for (const { definition } of fresh) {
    const parameters = { ...definition.parameters, [DEPRECATED_BY]: String(now) };
    await partitions.updatePartition(database, table, definition.values, { ...definition, parameters });
  }
  return { ...counts, deprecated: fresh.length, unchanged: counts.unchanged + gone.length - fresh.length };
}

function isAt({ definition }: Partition, location: string): boolean {
  const { storageDescriptor, parameters } = definition;
  return trimmed(storageDescriptor?.location) === trimmed(location) && parameters?.[DEPRECATED_BY] === undefined;
}

function foundAgain({ definition }: Partition, location: string): PartitionDefinition {
  const { [DEPRECATED_BY]: _, ...parameters } = definition.parameters ?? {};
  return { ...definition, parameters, storageDescriptor: { ...definition.storageDescriptor, location } };
}

/** Other programs leave the slash at the end out. */
function trimmed(location: string | undefined): string | undefined {
  return location?.replace(/\/+$/, "");
}

function placeOf(values: readonly string[]): string {
  return JSON.stringify(values);
}

function* groupsOf<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += PARTITIONS_AT_ONCE) yield items.slice(at, at + PARTITIONS_AT_ONCE);
}
