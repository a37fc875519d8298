import { ADMIN_CONTRACTS } from "../../../src/api/admin/contract/registry.ts";
import type { AdminContext } from "../../../src/api/admin/endpoint.ts";
import { adminEndpoints } from "../../../src/api/admin/registry.ts";
import { code, page, table } from "../markdown.ts";

export function adminApiPage(): string {
  const intro = [
    "JSON over plain HTTP below `/api/`. With access keys or tokens configured, calls are signed with an access key (AWS Signature",
    "Version 4 for the service `lakehose`, any region, no compressed body), carry `Authorization: Bearer TOKEN`, or the cookie of a",
    "session ([signing in](../guides/sign-in.md)). The rules of the key or token have to allow the action on the stream's ARN, and a",
    "session, or a token with a role, has to have at least the role. Failures are `{code, message}`. What each call takes and",
    "answers is in [openapi.json](openapi.json), which a running server has at `GET /api/openapi.json`.",
  ].join("\n");
  // Endpoints look at what they are handed when they are called, never when they are made.
  const endpoints = adminEndpoints({} as AdminContext);
  const rows = endpoints.map(({ method, path, action, role }) => [
    code(`${method} /api/${path}`),
    code(action),
    role,
    ADMIN_CONTRACTS[action]?.summary ?? "",
  ]);
  return page("Admin API", intro, [table(["call", "action", "role", "what it does"], rows)]);
}
