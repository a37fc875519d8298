import type { AdminContext, Endpoint } from "./endpoint.ts";
import { asJson } from "./parse-body.ts";

/** GET /api/triggers => {triggers} in name order: what each listens to and calls, how it stands */
export function listTriggers({ triggers }: AdminContext): Endpoint {
  return {
    method: "GET",
    path: "triggers",
    action: "lakehose:ListTriggers",
    role: "viewer",
    handle: () => ({ triggers: triggers.list().map(asJson) }),
  };
}
