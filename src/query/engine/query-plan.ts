import type { Catalog } from "../../catalog/catalog.ts";
import type { Table } from "../../catalog/table.ts";
import { tableFunctions } from "../analytics/registry.ts";
import { inspectQuery, type TableUse } from "../dialect/inspect-query.ts";
import { parseStatement } from "../dialect/parse-statement.ts";
import type { TranslatedQuery } from "../dialect/statement.ts";
import type { TableFunctionUse } from "../dialect/table-function-use.ts";
import { INFORMATION_SCHEMA } from "../dialect/translate-query.ts";
import { QueryError, unsupported } from "../query-error.ts";
import { TABLE_FUNCTIONS_MAX, VIEW_DEPTH_MAX } from "../query-limits.ts";
import { requireCatalogTable } from "./information-schema.ts";
import type { QuerySession } from "./session.ts";
import { isView, readViewText } from "./view-text.ts";

/** What a query stands on: tables with all their uses, and what is made of them, in the order in which it has to be made. */
export interface QueryPlan {
  readonly tables: readonly PlannedTable[];
  readonly steps: readonly PlannedStep[];
  /** Tables of `information_schema`, by their names. */
  readonly catalogTables: ReadonlyMap<string, readonly TableUse[]>;
}

export interface PlannedTable {
  readonly table: Table;
  readonly uses: readonly TableUse[];
}

/** `searchDatabase` is where its text looks for names without a database. */
export type PlannedStep =
  | {
      readonly kind: "view";
      readonly database: string;
      readonly name: string;
      readonly sql: string;
      readonly searchDatabase: string;
    }
  | { readonly kind: "table-function"; readonly use: TableFunctionUse; readonly searchDatabase: string };

/** Looks through a query, all views below it and the inputs of table functions; each text goes through the same gate. */
export async function planQuery(
  catalog: Catalog,
  session: QuerySession,
  query: TranslatedQuery,
  database: string,
): Promise<QueryPlan> {
  const planner = new Planner(catalog, session);
  await planner.query(query, database, []);
  const { tables, steps, catalogTables } = planner;
  return { tables: [...tables.values()], steps: [...steps.values()], catalogTables };
}

class Planner {
  readonly tables = new Map<string, { readonly table: Table; readonly uses: TableUse[] }>();
  /** By names that no other step has: those of views have a dot. */
  readonly steps = new Map<string, PlannedStep>();
  readonly catalogTables = new Map<string, TableUse[]>();
  readonly #catalog: Catalog;
  readonly #session: QuerySession;
  #functions = 0;

  constructor(catalog: Catalog, session: QuerySession) {
    this.#catalog = catalog;
    this.#session = session;
  }

  async query({ sql, functions }: TranslatedQuery, database: string, within: readonly string[]): Promise<void> {
    const names = new Set(functions.map(({ table }) => table));
    for (const use of functions) {
      checkFunction(use);
      await this.#tables(use.inputSql, names, database, within);
      this.steps.set(JSON.stringify([database, use.table]), { kind: "table-function", use, searchDatabase: database });
      this.#functions++;
      if (this.#functions > TABLE_FUNCTIONS_MAX) {
        const message = `A query may call table functions ${TABLE_FUNCTIONS_MAX} times, those in its views included`;
        throw new QueryError("limit-exceeded", message);
      }
    }
    await this.#tables(sql, names, database, within);
  }

  /** `made` are tables that stand for calls of functions. */
  async #tables(sql: string, made: ReadonlySet<string>, database: string, within: readonly string[]): Promise<void> {
    for (const use of inspectQuery(await this.#session.serialize(sql))) {
      if (use.database === "" && made.has(use.table)) continue;
      if (use.database === INFORMATION_SCHEMA) {
        requireCatalogTable(use.table);
        this.catalogTables.set(use.table, [...(this.catalogTables.get(use.table) ?? []), use]);
        continue;
      }
      const table = this.#find(use.database === "" ? database : use.database, use.table);
      const name = `${table.databaseName}.${table.definition.name}`;
      if (isView(table.definition)) await this.#view(name, table, within);
      else {
        const planned = this.tables.get(name) ?? { table, uses: [] };
        planned.uses.push(use);
        this.tables.set(name, planned);
      }
    }
  }

  async #view(name: string, table: Table, within: readonly string[]): Promise<void> {
    if (this.steps.has(name)) return;
    if (within.includes(name)) throw new QueryError("data", `View ${name} stands on itself`);
    if (within.length >= VIEW_DEPTH_MAX) {
      throw new QueryError(
        "limit-exceeded",
        `Views may stand on one another ${VIEW_DEPTH_MAX} deep, ${name} is deeper`,
      );
    }
    const text = readViewText(table.definition, table.databaseName);
    const statement = parseStatement(text.sql);
    if (statement.kind !== "query") throw unsupported(`View ${name}: a text that is no query`);
    await this.query(statement.query, text.database, [...within, name]);
    // After those that it stands on.
    this.steps.set(name, {
      kind: "view",
      database: table.databaseName,
      name: table.definition.name,
      sql: statement.query.sql,
      searchDatabase: text.database,
    });
  }

  #find(database: string, name: string): Table {
    if (this.#catalog.database(database) === undefined) {
      throw new QueryError("not-found", `There is no database ${database}`);
    }
    const table = this.#catalog.table(database, name);
    if (table === undefined) throw new QueryError("not-found", `There is no table ${database}.${name}`);
    return table;
  }
}

function checkFunction({ name }: TableFunctionUse): void {
  if (tableFunctions.some((definition) => definition.name === name)) return;
  const known = tableFunctions.map((definition) => definition.name).join(", ");
  throw unsupported(`The table function ${name}`, `there are ${known}`);
}
