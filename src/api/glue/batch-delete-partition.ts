import { partitionNotFound } from "../../catalog/catalog-error.ts";
import type { Operation } from "../protocol/operation.ts";
import { checkShape } from "../protocol/shape.ts";
import { authorizeGlue, type GlueContext, requireTable } from "./glue-context.ts";
import { partitionError } from "./glue-errors.ts";
import { batchDeletePartitionRequest } from "./shapes/requests.ts";

/**
 * BatchDeletePartition request  => CatalogId?, DatabaseName, TableName, PartitionsToDelete (25)
 * BatchDeletePartition response => Errors: those that were not there, each with PartitionValues and ErrorDetail
 *
 * The others are deleted in one durable change. Objects in the lake stay.
 */
export function batchDeletePartition({ catalog, partitions }: GlueContext): Operation {
  return {
    target: "AWSGlue.BatchDeletePartition",
    service: "glue",
    async handle(request) {
      const input = checkShape(batchDeletePartitionRequest, request.json());
      const { CatalogId: catalogId, DatabaseName: database, TableName: table, PartitionsToDelete: asked } = input;
      authorizeGlue(request, { catalogId, database, table });
      requireTable(catalog, database, table);
      const all = asked.map(({ Values: values }) => values);
      const results = await partitions.deletePartitions(database, table, all);
      const missing = all.filter((_, index) => results[index] === "not-found");
      return { Errors: missing.map((values) => partitionError(values, partitionNotFound(table, values))) };
    },
  };
}
