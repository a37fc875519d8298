import { sqlName } from "../../formats/parquet/duckdb-type.ts";
import type { PlannedStep } from "./query-plan.ts";
import type { QuerySession } from "./session.ts";

/**
 * Makes a view of the catalog one in the session. DuckDB looks for names in a view's text in the schema of the view first:
 * so the text becomes a view of the database that it looks in, and the view that has the name stands on that one.
 */
export async function defineView(
  session: QuerySession,
  { database, name, sql, searchDatabase }: Extract<PlannedStep, { readonly kind: "view" }>,
): Promise<void> {
  const text = `${sqlName(searchDatabase)}.${sqlName(`lakehose text of ${database}.${name}`)}`;
  await session.runIn(searchDatabase, `CREATE VIEW ${text} AS ${sql}`);
  await session.run(`CREATE SCHEMA IF NOT EXISTS ${sqlName(database)}`);
  await session.run(`CREATE VIEW ${sqlName(database)}.${sqlName(name)} AS SELECT * FROM ${text}`);
}
