import type { Catalog } from "../../catalog/catalog.ts";
import type { Partitions } from "../../catalog/partition.ts";
import type { Table, TableColumn, TableDefinition } from "../../catalog/table.ts";
import type { ObjectStore } from "../../storage/object-store.ts";
import type { Statement, TableName, TranslatedQuery } from "../dialect/statement.ts";
import { QueryError } from "../query-error.ts";
import { alterTable } from "./alter-table.ts";
import { type CatalogAnswer, describeTable, likePattern, showColumns, showCreateTable } from "./catalog-texts.ts";
import { repairTable } from "./repair-table.ts";
import { trinoTypeOfText } from "./trino-type.ts";
import { isView, writeViewText } from "./view-text.ts";

export interface CatalogStatementContext {
  readonly catalog: Catalog;
  readonly partitions: Partitions;
  readonly storeFor: (bucket: string) => ObjectStore;
  readonly database: string;
  readonly signal: AbortSignal;
  /** The columns that a query would have. Throws when it would not run. */
  readonly describeQuery: (query: TranslatedQuery) => Promise<readonly TableColumn[]>;
}

export type CatalogStatement = Exclude<Statement, { readonly kind: OtherKind }>;

type OtherKind = "query" | "explain" | "create-table-as" | "insert" | "unload" | "prepare" | "execute" | "deallocate";

const DONE: CatalogAnswer = { columns: [], rows: [] };

/** Does what a statement of Hive's DDL says, to the catalog. Files are never touched. */
export async function runCatalogStatement(
  statement: CatalogStatement,
  context: CatalogStatementContext,
): Promise<CatalogAnswer> {
  switch (statement.kind) {
    case "create-database":
    case "drop-database":
      return changeDatabase(statement, context);
    case "create-table":
      return createTable(statement.name, statement.definition, statement.ifNotExists, context);
    case "create-view":
      return createView(statement, context);
    case "drop-table":
    case "drop-view":
      return dropTable(statement, context);
    case "repair-table":
      return repair(findTable(statement.name, context), context);
    case "add-columns":
    case "add-partitions":
    case "change-column":
    case "drop-partitions":
    case "rename-partition":
    case "replace-columns":
    case "set-location":
    case "set-properties":
    case "rename-table":
      await alterTable(statement, findTable(statement.name, context), context);
      return DONE;
    default:
      return show(statement, context);
  }
}

type Of<Kind extends CatalogStatement["kind"]> = Extract<CatalogStatement, { readonly kind: Kind }>;

async function changeDatabase(
  statement: Of<"create-database" | "drop-database">,
  { catalog }: CatalogStatementContext,
): Promise<CatalogAnswer> {
  const exists = catalog.database(statement.name) !== undefined;
  if (statement.kind === "create-database") {
    const { name, ifNotExists, description, locationUri, parameters } = statement;
    if (exists && ifNotExists) return DONE;
    await catalog.createDatabase({
      name,
      ...(description !== undefined && { description }),
      ...(locationUri !== undefined && { locationUri }),
      ...(parameters !== undefined && { parameters }),
    });
    return DONE;
  }
  const { name, ifExists, cascade } = statement;
  if (!exists && ifExists) return DONE;
  const tables = exists ? catalog.tables(name).length : 0;
  if (tables > 0 && !cascade) {
    throw new QueryError("data", `Database ${name} has ${tables} tables; drop them first, or write CASCADE`);
  }
  await catalog.deleteDatabase(name);
  return DONE;
}

async function createTable(
  name: TableName,
  definition: TableDefinition,
  ifNotExists: boolean,
  { catalog, database }: CatalogStatementContext,
): Promise<CatalogAnswer> {
  const place = name.database ?? database;
  if (ifNotExists && catalog.table(place, name.table) !== undefined) return DONE;
  await catalog.createTable(place, definition);
  return DONE;
}

async function createView(statement: Of<"create-view">, context: CatalogStatementContext): Promise<CatalogAnswer> {
  const { catalog, database, describeQuery } = context;
  const { name, orReplace, originalSql, query } = statement;
  const place = name.database ?? database;
  const columns = (await describeQuery(query)).map((column) => ({ ...column, name: column.name.toLowerCase() }));
  const definition: TableDefinition = {
    name: name.table,
    tableType: "VIRTUAL_VIEW",
    storageDescriptor: { columns },
    viewOriginalText: writeViewText(
      { sql: originalSql, database },
      columns.map(({ name: column, type }) => ({ name: column, type: trinoTypeOfText(type) })),
    ),
    viewExpandedText: "/* Presto View */",
    parameters: { presto_view: "true", comment: "Presto View" },
  };
  const existing = catalog.table(place, name.table);
  if (existing === undefined || !orReplace) await catalog.createTable(place, definition);
  else if (isView(existing.definition)) await catalog.updateTable(place, definition);
  else throw new QueryError("already-exists", `${place}.${name.table} is a table; a view cannot replace it`);
  return DONE;
}

async function dropTable(
  { kind, name, ifExists }: Of<"drop-table" | "drop-view">,
  context: CatalogStatementContext,
): Promise<CatalogAnswer> {
  const place = name.database ?? context.database;
  const table = context.catalog.table(place, name.table);
  if (table === undefined && ifExists) return DONE;
  if (table !== undefined && isView(table.definition) !== (kind === "drop-view")) {
    const [is, write] = kind === "drop-view" ? ["a table", "DROP TABLE"] : ["a view", "DROP VIEW"];
    throw new QueryError("data", `${place}.${name.table} is ${is}; write ${write}`);
  }
  await context.catalog.deleteTable(place, name.table);
  return DONE;
}

function repair(table: Table, context: CatalogStatementContext): Promise<CatalogAnswer> {
  const keys = (table.definition.partitionKeys ?? []).map(({ name }) => name);
  if (keys.length > 0) return repairTable(table, keys, context);
  const label = `${table.databaseName}.${table.definition.name}`;
  throw new QueryError("data", `Table ${label} has no partition keys`);
}

type ShowStatement = Of<
  | "describe-table"
  | "show-columns"
  | "show-create-table"
  | "show-databases"
  | "show-partitions"
  | "show-table-properties"
  | "show-tables"
  | "show-views"
>;

async function show(statement: ShowStatement, context: CatalogStatementContext): Promise<CatalogAnswer> {
  const { catalog } = context;
  switch (statement.kind) {
    case "show-databases": {
      const names = catalog.databases().map(({ definition }) => definition.name);
      return oneColumn("database_name", names.filter(likePattern(statement.pattern)));
    }
    case "show-tables":
    case "show-views": {
      const tables = catalog.tables(statement.database ?? context.database);
      const wanted = statement.kind === "show-tables" ? tables : tables.filter(({ definition }) => isView(definition));
      return oneColumn(
        statement.kind === "show-tables" ? "tab_name" : "views",
        wanted.map(({ definition }) => definition.name).filter(likePattern(statement.pattern)),
      );
    }
    case "show-partitions":
      return showPartitions(findTable(statement.name, context), context);
    case "show-columns":
      return showColumns(findTable(statement.name, context));
    case "show-create-table": {
      const table = findTable(statement.name, context);
      return oneColumn(isView(table.definition) ? "create view" : "createtab_stmt", showCreateTable(table));
    }
    case "show-table-properties": {
      const { parameters = {} } = findTable(statement.name, context).definition;
      const { property } = statement;
      const rows = Object.entries(parameters).filter(([name]) => property === undefined || name === property);
      return { columns: ["prpt_name", "prpt_value"], rows };
    }
    case "describe-table":
      return describeTable(findTable(statement.name, context));
  }
}

async function showPartitions(table: Table, { partitions }: CatalogStatementContext): Promise<CatalogAnswer> {
  const keys = (table.definition.partitionKeys ?? []).map(({ name }) => name);
  const known = await partitions.partitions(table.databaseName, table.definition.name);
  return oneColumn(
    "partition",
    known.map(({ definition }) => keys.map((key, index) => `${key}=${definition.values[index] ?? ""}`).join("/")),
  );
}

function oneColumn(name: string, values: readonly string[]): CatalogAnswer {
  return { columns: [name], rows: values.map((value) => [value]) };
}

function findTable(name: TableName, { catalog, database }: CatalogStatementContext): Table {
  const place = name.database ?? database;
  const table = catalog.table(place, name.table);
  if (table === undefined) throw new QueryError("not-found", `There is no table ${place}.${name.table}`);
  return table;
}
