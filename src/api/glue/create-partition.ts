import { partitionExists } from "../../catalog/catalog-error.ts";
import type { Operation } from "../protocol/operation.ts";
import { checkShape } from "../protocol/shape.ts";
import { authorizeGlue, type GlueContext, requireTable } from "./glue-context.ts";
import { partitionDefinition } from "./partition-definition.ts";
import { createPartitionRequest } from "./shapes/requests.ts";

/**
 * CreatePartition request  => CatalogId?, DatabaseName, TableName, PartitionInput
 * CreatePartition response => {}
 */
export function createPartition({ catalog, partitions }: GlueContext): Operation {
  return {
    target: "AWSGlue.CreatePartition",
    service: "glue",
    async handle(request) {
      const input = checkShape(createPartitionRequest, request.json());
      const { CatalogId: catalogId, DatabaseName: database, TableName: table, PartitionInput: partition } = input;
      authorizeGlue(request, { catalogId, database, table });
      requireTable(catalog, database, table);
      const definition = partitionDefinition(partition);
      const [result] = await partitions.createPartitions(database, table, [definition]);
      if (result === "already-exists") throw partitionExists(table, definition.values);
      return {};
    },
  };
}
