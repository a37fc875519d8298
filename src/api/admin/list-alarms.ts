import type { AdminContext, Endpoint } from "./endpoint.ts";
import { asJson } from "./parse-body.ts";

/** GET /api/alarms => {alarms, targets}: each stream under each rule and how it stands, who is told and what waits for them */
export function listAlarms({ alarms }: AdminContext): Endpoint {
  return {
    method: "GET",
    role: "viewer",
    path: "alarms",
    action: "lakehose:ListAlarms",
    handle: () => ({ alarms: alarms.list().map(asJson), targets: alarms.targets().map(asJson) }),
  };
}
