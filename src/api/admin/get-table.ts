import type { JsonObject } from "../../std/json.ts";
import type { AdminContext, Endpoint } from "./endpoint.ts";
import { findTable } from "./find-table.ts";

/** GET /api/tables/DATABASE.TABLE => the table as it is now, with the streams that take their columns from it */
export function getTable({ catalog, streams }: AdminContext): Endpoint {
  return {
    method: "GET",
    path: "tables/:id",
    action: "lakehose:GetTable",
    role: "viewer",
    handle: ({ id }) => {
      const table = findTable(catalog, id);
      const { definition, versionId, createdAt, updatedAt } = table;
      const users = streams
        .list()
        .filter(({ deliveries }) =>
          deliveries.some(
            (one) =>
              one.table?.databaseName.toLowerCase() === table.databaseName &&
              one.table.tableName.toLowerCase() === definition.name,
          ),
        );
      return {
        database: table.databaseName,
        version: versionId,
        createdAt,
        updatedAt,
        streams: users.map(({ name }) => name),
        ...(definition as unknown as JsonObject),
      };
    },
  };
}
