import { partitionNotFound } from "../../catalog/catalog-error.ts";
import type { Operation } from "../protocol/operation.ts";
import { checkShape } from "../protocol/shape.ts";
import { describePartition } from "./describe.ts";
import { authorizeGlue, type GlueContext, requireTable } from "./glue-context.ts";
import { getPartitionRequest } from "./shapes/requests.ts";

/**
 * GetPartition request  => CatalogId?, DatabaseName, TableName, PartitionValues
 * GetPartition response => Partition
 */
export function getPartition({ catalog, partitions }: GlueContext): Operation {
  return {
    target: "AWSGlue.GetPartition",
    service: "glue",
    async handle(request) {
      const input = checkShape(getPartitionRequest, request.json());
      const { CatalogId: catalogId, DatabaseName: database, TableName: name, PartitionValues: values } = input;
      authorizeGlue(request, { catalogId, database, table: name });
      const table = requireTable(catalog, database, name);
      const partition = await partitions.partition(database, name, values);
      if (partition === undefined) throw partitionNotFound(table.definition.name, values);
      return { Partition: describePartition(partition, table, request.caller.accountId) };
    },
  };
}
