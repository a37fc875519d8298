import type { JsonObject } from "../../std/json.ts";
import type { Operation } from "../protocol/operation.ts";
import { checkShape } from "../protocol/shape.ts";
import { describePartition } from "./describe.ts";
import { authorizeGlue, type GlueContext, requireTable } from "./glue-context.ts";
import { ANSWER_BYTES_MAX } from "./partition-page.ts";
import { batchGetPartitionRequest } from "./shapes/requests.ts";

/**
 * BatchGetPartition request  => CatalogId?, DatabaseName, TableName, PartitionsToGet (1000)
 * BatchGetPartition response => Partitions: those that there are, UnprocessedKeys: those that would make the answer too large
 */
export function batchGetPartition({ catalog, partitions }: GlueContext): Operation {
  return {
    target: "AWSGlue.BatchGetPartition",
    service: "glue",
    async handle(request) {
      const input = checkShape(batchGetPartitionRequest, request.json());
      const { CatalogId: catalogId, DatabaseName: database, TableName: name, PartitionsToGet: asked } = input;
      authorizeGlue(request, { catalogId, database, table: name });
      const table = requireTable(catalog, database, name);
      const found: JsonObject[] = [];
      const unprocessed: JsonObject[] = [];
      let bytes = 0;
      for (const { Values: values } of asked) {
        if (bytes >= ANSWER_BYTES_MAX) {
          unprocessed.push({ Values: values });
          continue;
        }
        const partition = await partitions.partition(database, name, values);
        if (partition === undefined) continue;
        const described = describePartition(partition, table, request.caller.accountId);
        bytes += JSON.stringify(described).length;
        found.push(described);
      }
      return { Partitions: found, UnprocessedKeys: unprocessed };
    },
  };
}
