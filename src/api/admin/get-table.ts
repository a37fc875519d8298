import { databaseNotFound, tableNotFound } from "../../catalog/catalog-error.ts";
import type { JsonObject } from "../../std/json.ts";
import type { AdminContext, Endpoint } from "./endpoint.ts";
import { tableNamesIn } from "./table-names.ts";

/** GET /api/tables/DATABASE.TABLE => the table as it is now, with the streams that take their columns from it */
export function getTable({ catalog, streams }: AdminContext): Endpoint {
  return {
    method: "GET",
    path: "tables/:id",
    action: "lakehose:GetTable",
    role: "viewer",
    handle: ({ id }) => {
      const { databaseName, tableName } = tableNamesIn(id);
      if (catalog.database(databaseName) === undefined) throw databaseNotFound(databaseName);
      const table = catalog.table(databaseName, tableName);
      if (table === undefined) throw tableNotFound(databaseName, tableName);
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
