import { partitionNotFound } from "../../catalog/catalog-error.ts";
import type { Operation } from "../protocol/operation.ts";
import { checkShape } from "../protocol/shape.ts";
import { authorizeGlue, type GlueContext, requireTable } from "./glue-context.ts";
import { deletePartitionRequest } from "./shapes/requests.ts";

/**
 * DeletePartition request  => CatalogId?, DatabaseName, TableName, PartitionValues
 * DeletePartition response => {}
 *
 * Objects in the lake stay.
 */
export function deletePartition({ catalog, partitions }: GlueContext): Operation {
  return {
    target: "AWSGlue.DeletePartition",
    service: "glue",
    async handle(request) {
      const input = checkShape(deletePartitionRequest, request.json());
      const { CatalogId: catalogId, DatabaseName: database, TableName: table, PartitionValues: values } = input;
      authorizeGlue(request, { catalogId, database, table });
      requireTable(catalog, database, table);
      const [result] = await partitions.deletePartitions(database, table, [values]);
      if (result === "not-found") throw partitionNotFound(table, values);
      return {};
    },
  };
}
