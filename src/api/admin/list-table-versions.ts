import type { Table, TableColumn } from "../../catalog/table.ts";
import type { JsonObject } from "../../std/json.ts";
import type { AdminContext, Endpoint } from "./endpoint.ts";
import { findTable } from "./find-table.ts";
import { asJson } from "./parse-body.ts";

/** Each is a file that has to be read; older ones are in Glue's GetTableVersions. */
const VERSIONS_MAX = 50;

/** GET /api/tables/DATABASE.TABLE/versions => {total, versions}, newest first, each with its columns and when it came */
export function listTableVersions({ catalog }: AdminContext): Endpoint {
  return {
    method: "GET",
    path: "tables/:id/versions",
    action: "lakehose:ListTableVersions",
    role: "viewer",
    handle: async ({ id }) => {
      const { databaseName, definition } = findTable(catalog, id);
      const ids = await catalog.versionIds(databaseName, definition.name);
      const versions: JsonObject[] = [];
      for (const versionId of ids.slice(0, VERSIONS_MAX)) {
        const version = await catalog.version(databaseName, definition.name, versionId);
        // Somebody may have deleted it a moment ago.
        if (version !== undefined) versions.push(describe(version));
      }
      return { total: ids.length, versions };
    },
  };
}

function describe({ versionId, updatedAt, definition: { storageDescriptor, partitionKeys = [] } }: Table): JsonObject {
  const columns = storageDescriptor?.columns ?? [];
  return asJson({
    version: versionId,
    updatedAt,
    columns: columns.map(brief),
    partitionKeys: partitionKeys.map(brief),
  });
}

function brief({ name, type = "string", comment }: TableColumn) {
  return { name, type, comment };
}
