import type { AdminContext, Endpoint } from "./endpoint.ts";

/** GET /api/tables => {tables} of all databases, in name order: database, name, version, number of columns, last change */
export function listTables({ catalog }: AdminContext): Endpoint {
  return {
    method: "GET",
    path: "tables",
    action: "lakehose:ListTables",
    role: "viewer",
    handle: () => ({
      tables: catalog.databases().flatMap((database) =>
        catalog.tables(database.definition.name).map(({ databaseName, definition, versionId, updatedAt }) => ({
          database: databaseName,
          name: definition.name,
          version: versionId,
          columns: definition.storageDescriptor?.columns?.length ?? 0,
          updatedAt,
        })),
      ),
    }),
  };
}
