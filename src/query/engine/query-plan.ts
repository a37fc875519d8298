import type { Catalog } from "../../catalog/catalog.ts";
import type { Table } from "../../catalog/table.ts";
import { tableFunctions } from "../analytics/registry.ts";
import { throughView } from "../dialect/column-passing.ts";
import type { Condition } from "../dialect/condition.ts";
import { inspectQuery, type TableUse } from "../dialect/inspect-query.ts";
import { parseStatement } from "../dialect/parse-statement.ts";
import type { TranslatedQuery } from "../dialect/statement.ts";
import type { TableFunctionUse } from "../dialect/table-function-use.ts";
import { INFORMATION_SCHEMA } from "../dialect/translate-query.ts";
import { QueryError, unsupported } from "../query-error.ts";
import { TABLE_FUNCTIONS_MAX, VIEW_DEPTH_MAX, VIEW_USES_MAX } from "../query-limits.ts";
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
  /** Whether the query names columns such as `"$path"`. */
  readonly fileColumns: boolean;
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
  readonly tables = new Map<string, PlannedTable & { readonly uses: TableUse[] }>();
  /** By names that no other step has: those of views have a dot. */
  readonly steps = new Map<string, PlannedStep>();
  readonly catalogTables = new Map<string, TableUse[]>();
  readonly #catalog: Catalog;
  readonly #session: QuerySession;
  /** By their texts. */
  readonly #inspected = new Map<string, readonly TableUse[]>();
  readonly #viewUses = new Map<string, number>();
  #functions = 0;

  constructor(catalog: Catalog, session: QuerySession) {
    this.#catalog = catalog;
    this.#session = session;
  }

  async query(
    { sql, functions, fileColumns }: TranslatedQuery,
    database: string,
    within: readonly string[],
    outside?: ViewUse,
  ): Promise<void> {
    const names = new Set(functions.map(({ table }) => table));
    for (const use of functions) {
      checkFunction(use);
      await this.#tables({ sql: use.inputSql, fileColumns }, names, database, within);
      const key = JSON.stringify([database, use.table]);
      if (!this.steps.has(key)) this.#functions++;
      this.steps.set(key, { kind: "table-function", use, searchDatabase: database });
      if (this.#functions > TABLE_FUNCTIONS_MAX) {
        const message = `A query may call table functions ${TABLE_FUNCTIONS_MAX} times, those in its views included`;
        throw new QueryError("limit-exceeded", message);
      }
    }
    await this.#tables({ sql, fileColumns }, names, database, within, outside);
  }

  /** `made` are tables that stand for calls of functions. */
  async #tables(
    { sql, fileColumns }: Omit<TranslatedQuery, "functions">,
    made: ReadonlySet<string>,
    database: string,
    within: readonly string[],
    outside?: ViewUse,
  ): Promise<void> {
    for (const inside of await this.#inspect(sql)) {
      const use = outside === undefined ? inside : withCondition(inside, outside);
      if (use.database === "" && made.has(use.table)) continue;
      if (use.database === INFORMATION_SCHEMA) {
        requireCatalogTable(use.table);
        this.catalogTables.set(use.table, [...(this.catalogTables.get(use.table) ?? []), use]);
        continue;
      }
      const table = this.#find(use.database === "" ? database : use.database, use.table);
      const name = `${table.databaseName}.${table.definition.name}`;
      if (isView(table.definition)) await this.#view(name, table, use, within);
      else {
        const planned = this.tables.get(name) ?? { table, fileColumns, uses: [] };
        if (planned.fileColumns !== fileColumns) throw mixedFileColumns(name);
        planned.uses.push(use);
        this.tables.set(name, planned);
      }
    }
  }

  /** Gone into once for each use, since each has its own conditions. Of very many, all after the first ones count as one without any. */
  async #view(name: string, table: Table, use: TableUse, within: readonly string[]): Promise<void> {
    const times = (this.#viewUses.get(name) ?? 0) + 1;
    this.#viewUses.set(name, times);
    if (times > VIEW_USES_MAX + 1) return;
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
    await this.query(
      statement.query,
      text.database,
      [...within, name],
      times > VIEW_USES_MAX ? undefined : { name, use },
    );
    // After those that it stands on.
    this.steps.set(name, {
      kind: "view",
      database: table.databaseName,
      name: table.definition.name,
      sql: statement.query.sql,
      searchDatabase: text.database,
    });
  }

  async #inspect(sql: string): Promise<readonly TableUse[]> {
    const known = this.#inspected.get(sql);
    if (known !== undefined) return known;
    const uses = inspectQuery(await this.#session.serialize(sql));
    this.#inspected.set(sql, uses);
    return uses;
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

/** Where a view stands in a query, or in another view. */
interface ViewUse {
  /** With its database. */
  readonly name: string;
  readonly use: TableUse;
}

/** What is said about the view holds for the table that its rows are of. */
function withCondition(inside: TableUse, { name, use }: ViewUse): TableUse {
  if (use.condition === undefined || inside.passing === undefined) return inside;
  const passed = throughView(use.condition, [use.alias, name], inside.passing);
  const condition: Condition =
    inside.condition === undefined ? passed : { kind: "and", parts: [inside.condition, passed] };
  return { ...inside, condition };
}

function mixedFileColumns(name: string): QueryError {
  const construct = `"$path" of table ${name}, which a view in the query reads as well`;
  return unsupported(construct, "name such columns in all of these texts, or in none");
}

function checkFunction({ name }: TableFunctionUse): void {
  if (tableFunctions.some((definition) => definition.name === name)) return;
  const known = tableFunctions.map((definition) => definition.name).join(", ");
  throw unsupported(`The table function ${name}`, `there are ${known}`);
}
