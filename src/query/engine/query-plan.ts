import type { Catalog } from "../../catalog/catalog.ts";
import type { Table } from "../../catalog/table.ts";
import { inspectQuery, type TableUse } from "../dialect/inspect-query.ts";
import { parseStatement } from "../dialect/parse-statement.ts";
import { QueryError, unsupported } from "../query-error.ts";
import { VIEW_DEPTH_MAX } from "../query-limits.ts";
import type { QuerySession } from "./session.ts";
import { isView, readViewText } from "./view-text.ts";

/** What a query stands on: tables with all their uses, and views in the order in which they have to be made. */
export interface QueryPlan {
  readonly tables: readonly PlannedTable[];
  readonly views: readonly PlannedView[];
}

export interface PlannedTable {
  readonly table: Table;
  readonly uses: readonly TableUse[];
}

export interface PlannedView {
  readonly database: string;
  readonly name: string;
  readonly sql: string;
  /** Where its text looks for names without a database. */
  readonly searchDatabase: string;
}

/** Looks through a query and all views below it; each text goes through the same gate. */
export async function planQuery(
  catalog: Catalog,
  session: QuerySession,
  sql: string,
  database: string,
): Promise<QueryPlan> {
  const planner = new Planner(catalog, session);
  await planner.query(sql, database, []);
  return { tables: [...planner.tables.values()], views: [...planner.views.values()] };
}

class Planner {
  readonly tables = new Map<string, { readonly table: Table; readonly uses: TableUse[] }>();
  readonly views = new Map<string, PlannedView>();
  readonly #catalog: Catalog;
  readonly #session: QuerySession;

  constructor(catalog: Catalog, session: QuerySession) {
    this.#catalog = catalog;
    this.#session = session;
  }

  async query(sql: string, database: string, within: readonly string[]): Promise<void> {
    for (const use of inspectQuery(await this.#session.serialize(sql))) {
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
    if (this.views.has(name)) return;
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
    await this.query(statement.sql, text.database, [...within, name]);
    // After those that it stands on.
    this.views.set(name, {
      database: table.databaseName,
      name: table.definition.name,
      sql: statement.sql,
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
