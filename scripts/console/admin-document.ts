import { openApiDocument } from "../../src/api/admin/contract/open-api-document.ts";
import type { AdminContext } from "../../src/api/admin/endpoint.ts";
import { adminEndpoints } from "../../src/api/admin/registry.ts";
import type { JsonObject } from "../../src/std/json.ts";

/** The OpenAPI document as a server has it. Endpoints look at what they are handed when they are called, never when made. */
export function adminDocument(): JsonObject {
  return openApiDocument(adminEndpoints({} as AdminContext));
}
