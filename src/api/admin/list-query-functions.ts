import type { AdminContext, Endpoint } from "./endpoint.ts";

/** GET /api/query-functions => {functions}: names of the functions that statements may call, in order */
export function listQueryFunctions(_: AdminContext): Endpoint {
  return {
    method: "GET",
    path: "query-functions",
    action: "lakehose:ListQueryFunctions",
    role: "viewer",
    async handle() {
      const { FUNCTION_NAMES } = await import("../../query/dialect/functions.ts");
      return { functions: [...FUNCTION_NAMES] };
    },
  };
}
