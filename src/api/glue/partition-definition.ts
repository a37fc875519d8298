import type { PartitionDefinition } from "../../catalog/partition.ts";
import type { ShapeValue } from "../protocol/shape.ts";
import { partitionInput } from "./shapes/table-input.ts";
import { fromWire } from "./wire-mapping.ts";

/** A PartitionInput as the catalog has it. Glue's own shape lets Values be absent, the catalog says what it expects. */
export function partitionDefinition(
  input: ShapeValue<typeof partitionInput>,
  values: readonly string[] = [],
): PartitionDefinition {
  return { values, ...fromWire(partitionInput, input) };
}
