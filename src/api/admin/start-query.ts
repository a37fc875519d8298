import { z } from "zod";
import { onlyReads } from "../../query/dialect/only-reads.ts";
import { STATEMENT_LENGTH_MAX } from "../../query/query-limits.ts";
import type { AdminContext, Endpoint } from "./endpoint.ts";
import { asJson, parseBody } from "./parse-body.ts";

export const queryBody = z.strictObject({
  sql: z.string().min(1).max(STATEMENT_LENGTH_MAX),
  database: z.string().min(1).max(255).optional(),
  fresh: z.boolean().optional(),
});

/**
 * POST /api/queries {sql, database, fresh} => the query, which goes on by itself. Without a database it is `default`; with
 * `fresh: true` rows count that are acknowledged and have not landed yet. Statements that do more than read are for admins.
 */
export function startQuery({ queries }: AdminContext): Endpoint {
  return {
    method: "POST",
    path: "queries",
    action: "lakehose:StartQuery",
    role: "operator",
    audited: false,
    async handle({ json, changes }) {
      const { sql, database = "default", fresh = false } = parseBody(queryBody, await json());
      if (!onlyReads(sql)) changes({ sql, database });
      return asJson(await queries.submit(sql, database.toLowerCase(), { fresh }));
    },
  };
}
