import type { Operation } from "../protocol/operation.ts";
import { byName, pageOf } from "../protocol/paging.ts";
import { ATHENA_PAGING, type AthenaContext, checkInput } from "./athena-context.ts";
import { authorizeDataCatalog, requireDataCatalog } from "./data-catalog.ts";
import { describeDatabase } from "./describe-metadata.ts";
import { listDatabasesRequest } from "./shapes/requests.ts";

/**
 * ListDatabases request  => CatalogName, NextToken?, MaxResults? (50)
 * ListDatabases response => DatabaseList, NextToken?
 */
export function listDatabases({ catalog }: AthenaContext): Operation {
  return {
    target: "AmazonAthena.ListDatabases",
    service: "athena",
    handle(request) {
      const { CatalogName: name, ...page } = checkInput(listDatabasesRequest, request);
      authorizeDataCatalog(request, name);
      requireDataCatalog(name);
      const nameOf = ({ definition }: { readonly definition: { readonly name: string } }) => definition.name;
      const { items, next } = pageOf(catalog.databases(), nameOf, byName, page, ATHENA_PAGING);
      return { DatabaseList: items.map(describeDatabase), ...next };
    },
  };
}
