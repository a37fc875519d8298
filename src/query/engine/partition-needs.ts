import type { Table } from "../../catalog/table.ts";
import type { TableUse } from "../dialect/inspect-query.ts";
import { mayHold, type PartitionKey, type Qualifiers } from "./prune.ts";
import type { TableShape } from "./table-shape.ts";

/** Whether any use of the table may need a partition; of one that is known in part, the first values of its keys. */
export function isNeeded(
  table: Table,
  { partitionKeys }: TableShape,
  values: readonly string[],
  uses: readonly TableUse[],
): boolean {
  const keys: readonly PartitionKey[] = values.flatMap((value, index) => {
    const key = partitionKeys[index];
    return key === undefined ? [] : { name: key.name, type: key.type.kind, value };
  });
  return uses.some((use) => use.condition === undefined || mayHold(use.condition, keys, qualifiersOf(table, use)));
}

export function qualifiersOf({ databaseName, definition }: Table, { alias }: TableUse): Qualifiers {
  return [alias, `${databaseName}.${definition.name}`];
}
