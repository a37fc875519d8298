import type { Operation } from "../protocol/operation.ts";
import { WireError } from "../protocol/wire-error.ts";
import { type AthenaContext, checkInput } from "./athena-context.ts";
import { authorizeDataCatalog, requireDatabase, requireDataCatalog } from "./data-catalog.ts";
import { describeTableMetadata } from "./describe-metadata.ts";
import { getTableMetadataRequest } from "./shapes/requests.ts";

/**
 * GetTableMetadata request  => CatalogName, DatabaseName, TableName
 * GetTableMetadata response => TableMetadata
 */
export function getTableMetadata({ catalog }: AthenaContext): Operation {
  return {
    target: "AmazonAthena.GetTableMetadata",
    service: "athena",
    handle(request) {
      const {
        CatalogName: name,
        DatabaseName: database,
        TableName: tableName,
      } = checkInput(getTableMetadataRequest, request);
      authorizeDataCatalog(request, name);
      requireDataCatalog(name);
      requireDatabase(catalog, database);
      const table = catalog.table(database, tableName);
      if (table !== undefined) return { TableMetadata: describeTableMetadata(table) };
      throw new WireError("MetadataException", `EntityNotFoundException: Table ${tableName.toLowerCase()} not found.`);
    },
  };
}
