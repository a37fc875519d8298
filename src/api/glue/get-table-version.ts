import { LATEST_VERSION } from "../../model/schema/table-reference.ts";
import type { Operation } from "../protocol/operation.ts";
import { checkShape } from "../protocol/shape.ts";
import { WireError } from "../protocol/wire-error.ts";
import { describeTableVersion } from "./describe.ts";
import { authorizeGlue, type GlueContext, requireTable } from "./glue-context.ts";
import { getTableVersionRequest } from "./shapes/requests.ts";

/**
 * GetTableVersion request  => CatalogId?, DatabaseName, TableName, VersionId? (the current one)
 * GetTableVersion response => TableVersion
 */
export function getTableVersion({ catalog }: GlueContext): Operation {
  return {
    target: "AWSGlue.GetTableVersion",
    service: "glue",
    async handle(request) {
      const input = checkShape(getTableVersionRequest, request.json());
      const { CatalogId: catalogId, DatabaseName: database, TableName: table, VersionId: id = LATEST_VERSION } = input;
      authorizeGlue(request, { catalogId, database, table });
      requireTable(catalog, database, table);
      const version = await catalog.version(database, table, id);
      if (version === undefined)
        throw new WireError("EntityNotFoundException", `Version ${id} of table ${table} not found.`);
      return { TableVersion: describeTableVersion(version, request.caller.accountId) };
    },
  };
}
