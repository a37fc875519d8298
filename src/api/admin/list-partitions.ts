import type { Partition } from "../../catalog/partition.ts";
import { partitionFilter } from "../../catalog/partition-filter/partition-filter.ts";
import type { JsonObject } from "../../std/json.ts";
import { WireError } from "../protocol/wire-error.ts";
import type { AdminContext, Endpoint } from "./endpoint.ts";
import { findTable } from "./find-table.ts";

const PARTITIONS_DEFAULT = 1000;
const PARTITIONS_MAX = 10_000;

/**
 * GET /api/tables/DATABASE.TABLE/partitions?filter=&limit= => {keys, total, partitions}, the first of them by their values
 *
 * Each with its values, its location (the table's where it has none) and when it came. `total` counts all that the filter
 * keeps, which is written as an expression of Glue's GetPartitions.
 */
export function listPartitions({ catalog, partitions }: AdminContext): Endpoint {
  return {
    method: "GET",
    path: "tables/:id/partitions",
    action: "lakehose:ListPartitions",
    role: "viewer",
    handle: async ({ id, query }) => {
      const table = findTable(catalog, id);
      const { partitionKeys = [], storageDescriptor, name } = table.definition;
      const limit = limitIn(query);
      const filter = query.get("filter") ?? "";
      const matches = filter.trim() === "" ? () => true : partitionFilter(filter, partitionKeys);
      const all = await partitions.partitions(table.databaseName, name);
      const kept = all.filter(({ definition }) => matches(definition.values));
      return {
        keys: partitionKeys.map(({ name, type = "string" }) => ({ name, type })),
        total: kept.length,
        partitions: kept.slice(0, limit).map((one) => describe(one, storageDescriptor?.location)),
      };
    },
  };
}

function describe({ definition, createdAt }: Partition, tableLocation: string | undefined): JsonObject {
  const location = definition.storageDescriptor?.location ?? tableLocation;
  return { values: [...definition.values], ...(location !== undefined && { location }), createdAt };
}

function limitIn(query: URLSearchParams): number {
  const limit = Number(query.get("limit") ?? PARTITIONS_DEFAULT);
  if (Number.isInteger(limit) && limit >= 1 && limit <= PARTITIONS_MAX) return limit;
  const message = `limit is a number from 1 to ${PARTITIONS_MAX}, got ${query.get("limit")}`;
  throw new WireError("InvalidArgumentException", message);
}
