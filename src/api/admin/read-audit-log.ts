import { z } from "zod";
import type { AdminContext, Endpoint } from "./endpoint.ts";
import { asJson, parseBody } from "./parse-body.ts";

const querySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  before: z.coerce.number().int().min(1).optional(),
  who: z.string().min(1).max(256).optional(),
  subject: z.string().min(1).max(512).optional(),
});

/**
 * GET /api/audit?limit&before&who&subject => {entries}, newest first. `before` is the id of the last entry of the page before
 * this one; `subject` is such as `streams/clicks`.
 */
export function readAuditLog({ audit }: AdminContext): Endpoint {
  return {
    method: "GET",
    path: "audit",
    action: "lakehose:ReadAuditLog",
    role: "admin",
    async handle({ query }) {
      return asJson({ entries: await audit.read(parseBody(querySchema, Object.fromEntries(query))) });
    },
  };
}
