import type { Catalog } from "../../catalog/catalog.ts";
import type { Crawlers } from "../../catalog/crawler/crawlers.ts";
import type { Partitions } from "../../catalog/partition.ts";
import type { Database, Table } from "../../catalog/table.ts";
import { arnOf } from "../protocol/caller.ts";
import type { OperationRequest } from "../protocol/operation.ts";
import { WireError } from "../protocol/wire-error.ts";

/** What the operations of the catalog work on. */
export interface GlueContext {
  readonly catalog: Catalog;
  readonly crawlers: Crawlers;
  readonly partitions: Partitions;
}

interface Asked {
  readonly catalogId?: string | undefined;
  readonly database?: string | undefined;
  readonly table?: string | undefined;
}

/**
 * Asks for the permission to do this operation: on a table, on a database, or on the catalog. Names are in the ARN as
 * they are stored, so that no rule is passed by writing a name in other letters. There is one catalog, the account's.
 */
export function authorizeGlue(request: OperationRequest, { catalogId, database, table }: Asked = {}): void {
  const path = [database, table].filter((part) => part !== undefined).map((part) => part.toLowerCase());
  const kind = ["catalog", "database", "table"][path.length] ?? "catalog";
  request.authorize(arnOf(request.caller, "glue", [kind, ...path].join("/")));
  const { accountId } = request.caller;
  if (catalogId !== undefined && catalogId !== accountId) {
    throw new WireError("EntityNotFoundException", `Catalog ${catalogId} not found.`);
  }
}

/** Asks for the permission to do this operation on a crawler, or on all of them. */
export function authorizeCrawler(request: OperationRequest, name = "*"): void {
  request.authorize(arnOf(request.caller, "glue", `crawler/${name}`));
}

export function requireDatabase(catalog: Catalog, name: string): Database {
  const database = catalog.database(name);
  if (database === undefined)
    throw new WireError("EntityNotFoundException", `Database ${name.toLowerCase()} not found.`);
  return database;
}

export function requireTable(catalog: Catalog, databaseName: string, name: string): Table {
  requireDatabase(catalog, databaseName);
  const table = catalog.table(databaseName, name);
  if (table === undefined) throw new WireError("EntityNotFoundException", `Table ${name.toLowerCase()} not found.`);
  return table;
}
