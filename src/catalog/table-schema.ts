import { reasonOf } from "../model/errors.ts";
import { checkSchema } from "../model/schema/check-schema.ts";
import type { Column, Schema } from "../model/schema/column-type.ts";
import { parseHiveType } from "../model/schema/hive-type.ts";
import { SchemaError } from "../model/schema/schema-error.ts";
import type { TableReference } from "../model/schema/table-reference.ts";
import type { Catalog } from "./catalog.ts";
import type { Table, TableColumn } from "./table.ts";

/** What a stream that writes in the form of a table found: its schema, or why there is none. */
export type TableSchema =
  | { readonly found: true; readonly schema: Pick<Schema, "columns">; readonly versionId: string }
  | { readonly found: false; readonly problem: "missing" | "unusable"; readonly message: string };

/** The schema that a table has at the version that the reference names. A table that is missing is no failure here. */
export async function findTableSchema(catalog: Catalog, reference: TableReference): Promise<TableSchema> {
  const { databaseName, tableName, versionId } = reference;
  const exists = catalog.table(databaseName, tableName) !== undefined;
  const table = exists ? await catalog.version(databaseName, tableName, versionId) : undefined;
  if (table === undefined) {
    const message = exists
      ? `Table ${tableName} has no version ${versionId}`
      : `There is no table ${databaseName}.${tableName}`;
    return { found: false, problem: "missing", message };
  }
  try {
    return { found: true, schema: schemaOfTable(table), versionId: table.versionId };
  } catch (error) {
    return { found: false, problem: "unusable", message: reasonOf(error) };
  }
}

/** The columns that are in the files of a table. Throws `SchemaError` for types that cannot be written. */
export function schemaOfTable(table: Table): Pick<Schema, "columns"> {
  const { definition, databaseName } = table;
  const place = `${databaseName}.${definition.name}`;
  const columns = (definition.storageDescriptor?.columns ?? []).map((column) => columnOf(column, place));
  try {
    checkSchema({ columns });
  } catch (error) {
    throw new SchemaError(`Table ${place}: ${reasonOf(error)}`, { cause: error });
  }
  return { columns };
}

function columnOf({ name, type }: TableColumn, place: string): Column {
  try {
    return { name, type: parseHiveType(type ?? "") };
  } catch (error) {
    throw new SchemaError(`Column ${name} of table ${place}: ${reasonOf(error)}`, { cause: error });
  }
}
