import { partitionExists } from "../../catalog/catalog-error.ts";
import type { Operation } from "../protocol/operation.ts";
import { checkShape } from "../protocol/shape.ts";
import { authorizeGlue, type GlueContext, requireTable } from "./glue-context.ts";
import { partitionError } from "./glue-errors.ts";
import { partitionDefinition } from "./partition-definition.ts";
import { batchCreatePartitionRequest } from "./shapes/requests.ts";

/**
 * BatchCreatePartition request  => CatalogId?, DatabaseName, TableName, PartitionInputList (100)
 * BatchCreatePartition response => Errors: those that were there already, each with PartitionValues and ErrorDetail
 *
 * The others are created in one durable change. An input that fits no partition of the table refuses the whole call.
 */
export function batchCreatePartition({ catalog, partitions }: GlueContext): Operation {
  return {
    target: "AWSGlue.BatchCreatePartition",
    service: "glue",
    async handle(request) {
      const input = checkShape(batchCreatePartitionRequest, request.json());
      const { CatalogId: catalogId, DatabaseName: database, TableName: table, PartitionInputList: inputs } = input;
      authorizeGlue(request, { catalogId, database, table });
      requireTable(catalog, database, table);
      const definitions = inputs.map((one) => partitionDefinition(one));
      const results = await partitions.createPartitions(database, table, definitions);
      const existing = definitions.filter((_, index) => results[index] === "already-exists");
      return { Errors: existing.map(({ values }) => partitionError(values, partitionExists(table, values))) };
    },
  };
}
