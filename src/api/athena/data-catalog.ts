import type { Catalog } from "../../catalog/catalog.ts";
import type { Database } from "../../catalog/table.ts";
import { arnOf } from "../protocol/caller.ts";
import type { OperationRequest } from "../protocol/operation.ts";
import { WireError } from "../protocol/wire-error.ts";
import { invalidRequest } from "./athena-context.ts";

/** The one data catalog that there is, under the name that Athena gives to Glue's. */
export const DATA_CATALOG = "AwsDataCatalog";

export function authorizeDataCatalog(request: OperationRequest, name: string): void {
  request.authorize(arnOf(request.caller, "athena", `datacatalog/${name}`));
}

export function requireDataCatalog(name: string): void {
  if (name.toLowerCase() === DATA_CATALOG.toLowerCase()) return;
  throw invalidRequest(`Data catalog ${name} was not found; there is ${DATA_CATALOG}`);
}

/** Athena hands on what its metastore says. */
export function requireDatabase(catalog: Catalog, name: string): Database {
  const database = catalog.database(name);
  if (database !== undefined) return database;
  throw new WireError("MetadataException", `EntityNotFoundException: Database ${name.toLowerCase()} not found.`);
}
