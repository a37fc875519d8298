import type { Catalog } from "../../catalog/catalog.ts";
import { databaseNotFound, tableNotFound } from "../../catalog/catalog-error.ts";
import type { Table } from "../../catalog/table.ts";
import { tableNamesIn } from "./table-names.ts";

/** The table DATABASE.TABLE. Throws `not-found` where there is none. */
export function findTable(catalog: Catalog, id: string): Table {
  const { databaseName, tableName } = tableNamesIn(id);
  if (catalog.database(databaseName) === undefined) throw databaseNotFound(databaseName);
  const table = catalog.table(databaseName, tableName);
  if (table === undefined) throw tableNotFound(databaseName, tableName);
  return table;
}
