import type { AdminContext, Endpoint } from "./endpoint.ts";
import { findFunction } from "./find-function.ts";
import { asJson } from "./parse-body.ts";

/** GET /api/functions/NAME => the function with its files and with what it printed last */
export function getFunction({ functions }: AdminContext): Endpoint {
  return {
    method: "GET",
    path: "functions/:id",
    action: "lakehose:GetFunction",
    role: "viewer",
    async handle({ id }) {
      const found = await findFunction(functions, id);
      return asJson({ ...found, files: await functions.source(found), output: functions.output(id) });
    },
  };
}
