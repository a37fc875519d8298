import type { AdminContext, Endpoint } from "./endpoint.ts";
import { findQuery, wholeNumber } from "./find-query.ts";
import { asJson } from "./parse-body.ts";

const ROWS_DEFAULT = 1000;
const ROWS_MAX = 10_000;

/**
 * GET /api/queries/ID/rows?from=N&limit=N => {rows, next}: each row a list of values in the order of the columns. `next` is
 * the `from` of the page after this one; it is absent when the query has ended and all has been read.
 */
export function readQueryRows({ queries }: AdminContext): Endpoint {
  return {
    method: "GET",
    path: "queries/:id/rows",
    action: "lakehose:ReadQueryRows",
    role: "viewer",
    async handle({ id, query }) {
      findQuery(queries, id);
      const from = wholeNumber(query, "from", 0, Number.MAX_SAFE_INTEGER);
      const rows = await queries.rows(id, from, wholeNumber(query, "limit", ROWS_DEFAULT, ROWS_MAX));
      const next = from + rows.length;
      const { endedAt, rows: known } = findQuery(queries, id);
      const complete = endedAt !== undefined && next >= known;
      return asJson({ rows, ...(!complete && { next }) });
    },
  };
}
