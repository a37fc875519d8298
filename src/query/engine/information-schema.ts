import type { Catalog } from "../../catalog/catalog.ts";
import type { Table, TableColumn, TableDefinition } from "../../catalog/table.ts";
import { sqlName } from "../../formats/parquet/duckdb-type.ts";
import type { TableUse } from "../dialect/inspect-query.ts";
import { CATALOG_NAME, INFORMATION_SCHEMA } from "../dialect/translate-query.ts";
import { QueryError } from "../query-error.ts";
import { mayHold } from "./prune.ts";
import type { QuerySession } from "./session.ts";
import { trinoTypeOfText } from "./trino-type.ts";
import { isView, readViewText } from "./view-text.ts";

/**
 * `information_schema` over the catalog: what reporting tools ask to find tables and columns. DuckDB has one of its own,
 * which tells about the session, so that queries find this one under another name. Its tables are made of what the query may
 * need of the catalog as it is now: conditions on `table_schema` and `table_name` rule the rest out.
 */
interface CatalogTable {
  /** With the type of each, DuckDB's. */
  readonly columns: Readonly<Record<string, "VARCHAR" | "BIGINT">>;
  rowsOf(database: string, tables: readonly Table[]): readonly CatalogRow[];
}

type CatalogRow = readonly (string | number | null)[];

const CATALOG_TABLES: ReadonlyMap<string, CatalogTable> = new Map([
  [
    "schemata",
    {
      columns: { catalog_name: "VARCHAR", schema_name: "VARCHAR" },
      rowsOf: (database: string) => [[CATALOG_NAME, database]],
    },
  ],
  [
    "tables",
    {
      columns: { table_catalog: "VARCHAR", table_schema: "VARCHAR", table_name: "VARCHAR", table_type: "VARCHAR" },
      rowsOf: (database: string, tables: readonly Table[]) =>
        tables.map(({ definition }) => {
          return [CATALOG_NAME, database, definition.name, isView(definition) ? "VIEW" : "BASE TABLE"];
        }),
    },
  ],
  [
    "columns",
    {
      columns: {
        table_catalog: "VARCHAR",
        table_schema: "VARCHAR",
        table_name: "VARCHAR",
        column_name: "VARCHAR",
        ordinal_position: "BIGINT",
        column_default: "VARCHAR",
        is_nullable: "VARCHAR",
        data_type: "VARCHAR",
        comment: "VARCHAR",
        extra_info: "VARCHAR",
      },
      rowsOf: (_: string, tables: readonly Table[]) => tables.flatMap(columnRows),
    },
  ],
  [
    "views",
    {
      columns: { table_catalog: "VARCHAR", table_schema: "VARCHAR", table_name: "VARCHAR", view_definition: "VARCHAR" },
      rowsOf: (database: string, tables: readonly Table[]) =>
        tables
          .filter(({ definition }) => isView(definition))
          .map(({ definition }) => {
            return [CATALOG_NAME, database, definition.name, viewDefinition(definition, database)];
          }),
    },
  ],
] as const satisfies readonly (readonly [string, CatalogTable])[]);

/** Null for one that nobody can read: the others are told all the same, and whoever selects from it is told why not. */
function viewDefinition(definition: TableDefinition, database: string): string | null {
  try {
    return readViewText(definition, database).sql;
  } catch (error) {
    if (error instanceof QueryError) return null;
    throw error;
  }
}

function columnRows({ databaseName, definition }: Table): readonly CatalogRow[] {
  const { storageDescriptor, partitionKeys = [], name: tableName } = definition;
  const row = ({ name, type, comment }: TableColumn, position: number, extra: string | null): CatalogRow => {
    const place = [CATALOG_NAME, databaseName, tableName, name.toLowerCase(), position];
    return [...place, null, "YES", trinoTypeOfText(type), comment ?? null, extra];
  };
  const own = storageDescriptor?.columns ?? [];
  return [
    ...own.map((column, index) => row(column, index + 1, null)),
    ...partitionKeys.map((key, index) => row(key, own.length + index + 1, "partition key")),
  ];
}

/** Throws for names that it has not. */
export function requireCatalogTable(name: string): CatalogTable {
  const table = CATALOG_TABLES.get(name);
  if (table !== undefined) return table;
  const known = [...CATALOG_TABLES.keys()].join(", ");
  throw new QueryError("not-found", `There is no table information_schema.${name}: there are ${known}`);
}

export async function defineCatalogTables(
  session: QuerySession,
  catalog: Catalog,
  used: ReadonlyMap<string, readonly TableUse[]>,
): Promise<void> {
  if (used.size === 0) return;
  await session.run(`CREATE SCHEMA ${sqlName(INFORMATION_SCHEMA)}`);
  for (const [name, uses] of used) {
    const { columns, rowsOf } = requireCatalogTable(name);
    const types = Object.entries(columns).map(([column, type]) => `${sqlName(column)} ${type}`);
    await session.run(`CREATE TABLE ${sqlName(INFORMATION_SCHEMA)}.${sqlName(name)} (${types.join(", ")})`);
    const appender = await session.appender(INFORMATION_SCHEMA, name);
    for (const { definition: database } of catalog.databases()) {
      if (!isNeeded({ table_schema: database.name, schema_name: database.name }, name, uses)) continue;
      const tables = catalog.tables(database.name).filter(({ definition }) => {
        return isNeeded({ table_schema: database.name, table_name: definition.name }, name, uses);
      });
      for (const row of rowsOf(database.name, tables)) {
        for (const value of row) {
          if (value === null) appender.appendNull();
          else if (typeof value === "number") appender.appendBigInt(BigInt(value));
          else appender.appendVarchar(value);
        }
        appender.endRow();
      }
    }
    await session.guard(async () => appender.closeSync());
  }
}

function isNeeded(values: Readonly<Record<string, string>>, table: string, uses: readonly TableUse[]): boolean {
  const keys = Object.entries(values).map(([name, value]) => ({ name, type: "string", value }));
  return uses.some(({ alias, condition }) => {
    return condition === undefined || mayHold(condition, keys, [alias, `${INFORMATION_SCHEMA}.${table}`]);
  });
}
