import { namePattern } from "../glue/name-pattern.ts";
import type { Operation } from "../protocol/operation.ts";
import { byName, pageOf } from "../protocol/paging.ts";
import { WireError } from "../protocol/wire-error.ts";
import { ATHENA_PAGING, type AthenaContext, checkInput, invalidRequest } from "./athena-context.ts";
import { authorizeDataCatalog, requireDatabase, requireDataCatalog } from "./data-catalog.ts";
import { describeTableMetadata } from "./describe-metadata.ts";
import { listTableMetadataRequest } from "./shapes/requests.ts";

/**
 * ListTableMetadata request  => CatalogName, DatabaseName, Expression?, NextToken?, MaxResults? (50)
 * ListTableMetadata response => TableMetadataList, NextToken?
 *
 * In name order; Expression is a regular expression that the whole name has to match.
 */
export function listTableMetadata({ catalog }: AthenaContext): Operation {
  return {
    target: "AmazonAthena.ListTableMetadata",
    service: "athena",
    handle(request) {
      const input = checkInput(listTableMetadataRequest, request);
      const { CatalogName: name, DatabaseName: database, Expression: expression = "", ...page } = input;
      authorizeDataCatalog(request, name);
      requireDataCatalog(name);
      requireDatabase(catalog, database);
      const matches = expression === "" ? () => true : patternOf(expression);
      const tables = catalog.tables(database).filter(({ definition }) => matches(definition.name));
      const { items, next } = pageOf(tables, ({ definition }) => definition.name, byName, page, ATHENA_PAGING);
      return { TableMetadataList: items.map(describeTableMetadata), ...next };
    },
  };
}

function patternOf(expression: string): (name: string) => boolean {
  try {
    return namePattern(expression);
  } catch (error) {
    throw error instanceof WireError ? invalidRequest(error.message) : error;
  }
}
