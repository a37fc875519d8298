import type { Operation } from "../protocol/operation.ts";
import { checkInput } from "./athena-context.ts";
import { authorizeDataCatalog, DATA_CATALOG } from "./data-catalog.ts";
import { pageRequest } from "./shapes/requests.ts";

/**
 * ListDataCatalogs request  => NextToken?, MaxResults?
 * ListDataCatalogs response => DataCatalogsSummary
 */
export function listDataCatalogs(): Operation {
  return {
    target: "AmazonAthena.ListDataCatalogs",
    service: "athena",
    handle(request) {
      checkInput(pageRequest, request);
      authorizeDataCatalog(request, "*");
      return { DataCatalogsSummary: [{ CatalogName: DATA_CATALOG, Type: "GLUE", Status: "CREATE_COMPLETE" }] };
    },
  };
}
