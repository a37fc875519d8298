import type { AdminContext, Endpoint } from "./endpoint.ts";
import { asJson } from "./parse-body.ts";

/** GET /api/databases => {databases} in name order: name, description, location, number of tables, when it was made */
export function listDatabases({ catalog }: AdminContext): Endpoint {
  return {
    method: "GET",
    path: "databases",
    action: "lakehose:ListDatabases",
    role: "viewer",
    handle: () =>
      asJson({
        databases: catalog.databases().map(({ definition: { name, description, locationUri }, createdAt }) => ({
          name,
          description,
          location: locationUri,
          tables: catalog.tables(name).length,
          createdAt,
        })),
      }),
  };
}
