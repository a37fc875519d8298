import type { Operation } from "../protocol/operation.ts";
import { type AthenaContext, checkInput } from "./athena-context.ts";
import { authorizeDataCatalog, requireDatabase, requireDataCatalog } from "./data-catalog.ts";
import { describeDatabase } from "./describe-metadata.ts";
import { getDatabaseRequest } from "./shapes/requests.ts";

/**
 * GetDatabase request  => CatalogName, DatabaseName
 * GetDatabase response => Database
 */
export function getDatabase({ catalog }: AthenaContext): Operation {
  return {
    target: "AmazonAthena.GetDatabase",
    service: "athena",
    handle(request) {
      const { CatalogName: name, DatabaseName: database } = checkInput(getDatabaseRequest, request);
      authorizeDataCatalog(request, name);
      requireDataCatalog(name);
      return { Database: describeDatabase(requireDatabase(catalog, database)) };
    },
  };
}
