import type { AdminContext, Endpoint } from "./endpoint.ts";
import { asJson } from "./parse-body.ts";

/** GET /api/queries => {queries}, newest first, with those that have ended lately */
export function listQueries({ queries }: AdminContext): Endpoint {
  return {
    method: "GET",
    path: "queries",
    action: "lakehose:ListQueries",
    role: "viewer",
    handle: () => asJson({ queries: queries.list() }),
  };
}
