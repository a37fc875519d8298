import { WireError } from "../protocol/wire-error.ts";
import type { AdminContext, Endpoint } from "./endpoint.ts";
import { asJson } from "./parse-body.ts";

/** GET /api/triggers/NAME => one trigger */
export function getTrigger({ triggers }: AdminContext): Endpoint {
  return {
    method: "GET",
    path: "triggers/:id",
    action: "lakehose:GetTrigger",
    role: "viewer",
    handle: ({ id }) => {
      const found = triggers.get(id);
      if (found === undefined) throw new WireError("ResourceNotFoundException", `There is no trigger ${id}`);
      return asJson(found);
    },
  };
}
