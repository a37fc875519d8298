import type { Endpoint } from "./endpoint.ts";

/** GET /api/openapi.json => the OpenAPI document of all operations, this one too */
export function getOpenApi(others: readonly Endpoint[]): Endpoint {
  const endpoint: Endpoint = {
    method: "GET",
    path: "openapi.json",
    action: "lakehose:GetOpenApi",
    role: "viewer",
    // On demand: nobody asks most servers, and schemas of all answers would stay in memory.
    handle: async () => (await import("./contract/open-api-document.ts")).openApiDocument([...others, endpoint]),
  };
  return endpoint;
}
