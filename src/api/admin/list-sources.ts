import type { AdminContext, Endpoint } from "./endpoint.ts";
import { asJson } from "./parse-body.ts";

/** GET /api/sources => {sources} in name order: what each reads, how it stands, what it has counted */
export function listSources({ sources }: AdminContext): Endpoint {
  return {
    method: "GET",
    path: "sources",
    action: "lakehose:ListSources",
    role: "viewer",
    handle: () => ({ sources: sources.list().map(asJson) }),
  };
}
