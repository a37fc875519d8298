import type { Partition } from "../../catalog/partition.ts";
import { partitionFilter } from "../../catalog/partition-filter/partition-filter.ts";
import type { Operation } from "../protocol/operation.ts";
import { checkShape } from "../protocol/shape.ts";
import { describePartition, withoutColumns } from "./describe.ts";
import { authorizeGlue, type GlueContext, requireTable } from "./glue-context.ts";
import { partitionPage } from "./partition-page.ts";
import { getPartitionsRequest } from "./shapes/requests.ts";

/**
 * GetPartitions request  => CatalogId?, DatabaseName, TableName, Expression?, NextToken?, Segment?, MaxResults? (1000),
 *                           ExcludeColumnSchema? (false)
 * GetPartitions response => Partitions, NextToken?
 *
 * By their values in order. A blank Expression keeps all, as clients send one where they have no filter.
 */
export function getPartitions({ catalog, partitions }: GlueContext): Operation {
  return {
    target: "AWSGlue.GetPartitions",
    service: "glue",
    async handle(request) {
      const input = checkShape(getPartitionsRequest, request.json());
      const { CatalogId: catalogId, DatabaseName: database, TableName: name, Expression: expression = "" } = input;
      authorizeGlue(request, { catalogId, database, table: name });
      const table = requireTable(catalog, database, name);
      const keys = table.definition.partitionKeys ?? [];
      const matches = expression.trim() === "" ? () => true : partitionFilter(expression, keys);
      const found = await partitions.partitions(database, name);
      const describe = (partition: Partition) => {
        const shown = input.ExcludeColumnSchema === true ? withoutColumns(partition) : partition;
        return describePartition(shown, table, request.caller.accountId);
      };
      const { items, next } = await partitionPage(found, matches, describe, input);
      return { Partitions: [...items], ...next };
    },
  };
}
