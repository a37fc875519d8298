import { WireError } from "../protocol/wire-error.ts";
import type { AdminContext, Endpoint } from "./endpoint.ts";
import { asJson } from "./parse-body.ts";

/** GET /api/sources/NAME => one source */
export function getSource({ sources }: AdminContext): Endpoint {
  return {
    method: "GET",
    path: "sources/:id",
    action: "lakehose:GetSource",
    role: "viewer",
    handle: ({ id }) => {
      const found = sources.get(id);
      if (found === undefined) throw new WireError("ResourceNotFoundException", `There is no source ${id}`);
      return asJson(found);
    },
  };
}
