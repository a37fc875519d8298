import type { AdminContext, Endpoint } from "./endpoint.ts";
import { findQuery, wholeNumber } from "./find-query.ts";
import { asJson } from "./parse-body.ts";

/** Shorter than what proxies give an answer before they hang up. */
const WAIT_MS_MAX = 30_000;

/** GET /api/queries/ID?waitMs=N => the query; with `waitMs` the answer comes when it has ended, or after that time. */
export function getQuery({ queries, clock }: AdminContext): Endpoint {
  return {
    method: "GET",
    path: "queries/:id",
    action: "lakehose:GetQuery",
    role: "viewer",
    async handle({ id, query, signal }) {
      findQuery(queries, id);
      const waitMs = wholeNumber(query, "waitMs", 0, WAIT_MS_MAX);
      if (waitMs > 0) {
        const enough = new AbortController();
        const timer = clock.sleep(waitMs, enough.signal).catch(() => undefined);
        await Promise.race([queries.wait(id, AbortSignal.any([signal, enough.signal])), timer]);
        enough.abort();
      }
      return asJson(findQuery(queries, id));
    },
  };
}
