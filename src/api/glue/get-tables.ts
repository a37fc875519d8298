import type { Operation } from "../protocol/operation.ts";
import { byName, pageOf } from "../protocol/paging.ts";
import { checkShape } from "../protocol/shape.ts";
import { describeTable } from "./describe.ts";
import { authorizeGlue, type GlueContext, requireDatabase } from "./glue-context.ts";
import { namePattern } from "./name-pattern.ts";
import { getTablesRequest } from "./shapes/requests.ts";

/**
 * GetTables request  => CatalogId?, DatabaseName, Expression?, NextToken?, MaxResults? (100)
 * GetTables response => TableList, NextToken?
 *
 * In name order; Expression is a regular expression that the whole name has to match.
 */
export function getTables({ catalog }: GlueContext): Operation {
  return {
    target: "AWSGlue.GetTables",
    service: "glue",
    handle(request) {
      const input = checkShape(getTablesRequest, request.json());
      const { CatalogId: catalogId, DatabaseName: database, Expression: expression } = input;
      authorizeGlue(request, { catalogId, database });
      requireDatabase(catalog, database);
      const matches = expression === undefined ? () => true : namePattern(expression);
      const tables = catalog.tables(database).filter(({ definition }) => matches(definition.name));
      const { items, next } = pageOf(tables, ({ definition }) => definition.name, byName, input);
      return { TableList: items.map((one) => describeTable(one, request.caller.accountId)), ...next };
    },
  };
}
