import type { JsonObject } from "../../std/json.ts";
import type { Operation } from "../protocol/operation.ts";
import { checkShape } from "../protocol/shape.ts";
import { authorizeGlue, type GlueContext, requireTable } from "./glue-context.ts";
import { glueErrorDetail } from "./glue-errors.ts";
import { partitionDefinition } from "./partition-definition.ts";
import { batchUpdatePartitionRequest } from "./shapes/requests.ts";

/**
 * BatchUpdatePartition request  => CatalogId?, DatabaseName, TableName, Entries (100): PartitionValueList, PartitionInput
 * BatchUpdatePartition response => Errors: those that could not be updated, each with PartitionValueList and ErrorDetail
 *
 * One after another, so that an entry may take the values that an earlier one gave up.
 */
export function batchUpdatePartition({ catalog, partitions }: GlueContext): Operation {
  return {
    target: "AWSGlue.BatchUpdatePartition",
    service: "glue",
    async handle(request) {
      const input = checkShape(batchUpdatePartitionRequest, request.json());
      const { CatalogId: catalogId, DatabaseName: database, TableName: table, Entries: entries } = input;
      authorizeGlue(request, { catalogId, database, table });
      requireTable(catalog, database, table);
      const errors: JsonObject[] = [];
      for (const { PartitionValueList: values, PartitionInput: partition } of entries) {
        try {
          await partitions.updatePartition(database, table, values, partitionDefinition(partition, values));
        } catch (error) {
          errors.push({ PartitionValueList: values, ErrorDetail: glueErrorDetail(error) });
        }
      }
      return { Errors: errors };
    },
  };
}
