import type { Operation } from "../protocol/operation.ts";
import { checkShape } from "../protocol/shape.ts";
import { authorizeGlue, type GlueContext, requireTable } from "./glue-context.ts";
import { partitionDefinition } from "./partition-definition.ts";
import { updatePartitionRequest } from "./shapes/requests.ts";

/**
 * UpdatePartition request  => CatalogId?, DatabaseName, TableName, PartitionValueList, PartitionInput
 * UpdatePartition response => {}
 *
 * PartitionInput replaces everything, also the values where it names others; where it names none, they stay.
 */
export function updatePartition({ catalog, partitions }: GlueContext): Operation {
  return {
    target: "AWSGlue.UpdatePartition",
    service: "glue",
    async handle(request) {
      const input = checkShape(updatePartitionRequest, request.json());
      const { CatalogId: catalogId, DatabaseName: database, TableName: table, PartitionValueList: values } = input;
      authorizeGlue(request, { catalogId, database, table });
      requireTable(catalog, database, table);
      await partitions.updatePartition(database, table, values, partitionDefinition(input.PartitionInput, values));
      return {};
    },
  };
}
