import type { Operation } from "../protocol/operation.ts";
import { checkInput } from "./athena-context.ts";
import { authorizeDataCatalog, DATA_CATALOG, requireDataCatalog } from "./data-catalog.ts";
import { getDataCatalogRequest } from "./shapes/requests.ts";

/**
 * GetDataCatalog request  => Name
 * GetDataCatalog response => DataCatalog
 */
export function getDataCatalog(): Operation {
  return {
    target: "AmazonAthena.GetDataCatalog",
    service: "athena",
    handle(request) {
      const { Name: name } = checkInput(getDataCatalogRequest, request);
      authorizeDataCatalog(request, name);
      requireDataCatalog(name);
      const parameters = { "catalog-id": request.caller.accountId };
      return {
        DataCatalog: {
          Name: DATA_CATALOG,
          Description: "The catalog of this server",
          Type: "GLUE",
          Parameters: parameters,
          Status: "CREATE_COMPLETE",
        },
      };
    },
  };
}
