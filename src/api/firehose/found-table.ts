import type { Catalog } from "../../catalog/catalog.ts";
import { findTableSchema } from "../../catalog/table-schema.ts";
import type { Schema } from "../../model/schema/column-type.ts";
import type { TableReference } from "../../model/schema/table-reference.ts";

/** What came of looking for the table of a stream: its schema, or why there is none. */
export type FoundTable =
  | { readonly schema: Schema; readonly problem?: undefined; readonly message?: undefined }
  | { readonly schema?: undefined; readonly problem: "missing" | "unusable"; readonly message: string };

/** Where a table is, in the words of AWS; there is one catalog here, that of the account. */
export interface TablePlace {
  readonly accountId: string;
  readonly region: string;
  /** The catalog that was asked for; default: the account's. */
  readonly catalogId?: string | undefined;
}

export async function findTable(catalog: Catalog, reference: TableReference, place: TablePlace): Promise<FoundTable> {
  const { accountId, region, catalogId = accountId } = place;
  if (catalogId !== accountId) {
    return { problem: "missing", message: `There is no catalog ${catalogId}, only ${accountId}` };
  }
  const found = await findTableSchema(catalog, reference);
  if (!found.found) return { problem: found.problem, message: found.message };
  const { databaseName, tableName } = reference;
  const table = { catalogId, databaseName, tableName, region, versionId: found.versionId };
  return { schema: { columns: found.schema.columns, table } };
}
