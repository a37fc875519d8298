import { z } from "zod";
import type { AuditEntry } from "../../../access/audit-log.ts";
import { ROLES } from "../../../access/role.ts";
import { type Contracts, count, jsonObject, jsonValue, wholeNumber } from "./contract.ts";

const auditEntry = z
  .strictObject({
    id: count,
    at: z.string(),
    who: z.string(),
    proof: z.enum(["nothing", "key", "token", "session", "password", "oidc"]),
    role: z.enum(ROLES).exactOptional(),
    from: z.string(),
    action: z.string(),
    subjects: z.array(z.string()),
    outcome: z.enum(["done", "refused", "failed"]),
    reason: z.string().exactOptional(),
    before: jsonValue.exactOptional(),
    after: jsonValue.exactOptional(),
    request: jsonObject.exactOptional(),
    requestId: z.string(),
  })
  .meta({ id: "AuditEntry" }) satisfies z.ZodType<AuditEntry>;

export const accessContracts: Contracts = {
  "lakehose:ReadAuditLog": {
    summary: "Who changed what, newest first.",
    query: z.strictObject({
      limit: wholeNumber.min(1).max(1_000).optional(),
      before: wholeNumber.optional().meta({ description: "Only entries older than the one with this id." }),
      who: z.string().optional(),
      subject: z.string().optional().meta({ description: "Such as `streams/clicks`." }),
    }),
    answer: z.strictObject({ entries: z.array(auditEntry) }),
  },
};
