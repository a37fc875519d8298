import type { AdminContext, Endpoint } from "./endpoint.ts";
import { findQuery } from "./find-query.ts";
import { asJson } from "./parse-body.ts";

/** DELETE /api/queries/ID => the query, which has ended. One that had ended before stays what it is. */
export function cancelQuery({ queries }: AdminContext): Endpoint {
  return {
    method: "DELETE",
    path: "queries/:id",
    action: "lakehose:CancelQuery",
    role: "operator",
    audited: false,
    async handle({ id }) {
      findQuery(queries, id);
      await queries.cancel(id);
      return asJson(findQuery(queries, id));
    },
  };
}
