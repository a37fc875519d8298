import type { TableColumn, TableDefinition } from "../../catalog/table.ts";
import { QueryError } from "../query-error.ts";

/**
 * Views lie in the catalog as Athena writes them, so that others which share the catalog read ours and we read theirs:
 *
 *     /* Presto View: BASE64 of {"originalSql", "catalog", "schema", "columns": [{name, type}]} *\/
 *
 * A view whose text is plain SQL, as Hive stores it, is taken as it is.
 */
export function readViewText(definition: TableDefinition, databaseName: string): ViewText {
  const text = definition.viewOriginalText ?? "";
  const encoded = /^\/\*\s*(?:Presto|Athena|Trino) View:\s*([A-Za-z0-9+/=]+)\s*\*\/\s*$/.exec(text)?.[1];
  if (encoded === undefined) return { sql: text, database: databaseName };
  try {
    const view: unknown = JSON.parse(Buffer.from(encoded, "base64").toString("utf8"));
    if (typeof view === "object" && view !== null && "originalSql" in view && typeof view.originalSql === "string") {
      const database = "schema" in view && typeof view.schema === "string" ? view.schema : databaseName;
      return { sql: view.originalSql, database };
    }
  } catch (cause) {
    throw damaged(databaseName, definition.name, cause);
  }
  throw damaged(databaseName, definition.name);
}

export interface ViewText {
  readonly sql: string;
  /** Where names without a database are looked for. */
  readonly database: string;
}

export function writeViewText({ sql, database }: ViewText, columns: readonly TableColumn[]): string {
  const view = { originalSql: sql, catalog: "awsdatacatalog", schema: database, columns };
  return `/* Presto View: ${Buffer.from(JSON.stringify(view)).toString("base64")} */`;
}

export function isView({ tableType, viewOriginalText }: TableDefinition): boolean {
  return tableType === "VIRTUAL_VIEW" || (viewOriginalText !== undefined && viewOriginalText !== "");
}

function damaged(database: string, name: string, cause?: unknown): QueryError {
  const message = `View ${database}.${name}: expected its text to be SQL or a Presto view in base64; create it again`;
  return new QueryError("data", message, { cause });
}
