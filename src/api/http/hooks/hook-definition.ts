import { z } from "zod";
import { reasonOf } from "../../../model/errors.ts";
import { parseFieldPath } from "../../../model/fields/field-path.ts";
import { secretSchema } from "../../../model/secret.ts";
import { recordShapeSchema } from "../../../sources/envelope.ts";
import { PRESET_NAMES } from "./signature-schemes.ts";

/** Names stand in addresses, and what a hook has stored is remembered by them. */
export const hookName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, "expected a name of letters, digits, dots, dashes and underscores");

const headerName = z
  .string()
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, "expected the name of a header")
  .transform((name) => name.toLowerCase());

const fieldPath = z
  .string()
  .min(1)
  .max(500)
  .superRefine((path, context) => {
    try {
      parseFieldPath(path);
    } catch (error) {
      context.addIssue(reasonOf(error));
    }
  });

const ownSignatureSchema = z.strictObject({
  header: headerName.meta({ description: "Header with the HMAC-SHA256 of the body.", examples: ["X-Signature"] }),
  encoding: z
    .enum(["hex", "base64"])
    .default("hex")
    .meta({ description: "How it is written.", examples: ["base64"] }),
  prefix: z
    .string()
    .max(100)
    .default("")
    .meta({ description: "What stands before it in the header.", examples: ["sha256="] }),
});

const idSchema = z.union([
  z.strictObject({
    header: headerName.meta({ description: "Header with it.", examples: ["X-Request-Id"] }),
  }),
  z.strictObject({
    field: fieldPath.meta({ description: "Field of the JSON body with it.", examples: ["event.id"] }),
  }),
]);

export const hookSettingsSchema = z.strictObject({
  stream: z
    .string()
    .min(1)
    .max(64)
    .meta({ description: "Delivery stream that takes the records.", examples: ["payments"] }),
  description: z.string().max(1000).default("").meta({ description: "What it is for." }),
  signature: z.union([z.enum(PRESET_NAMES), ownSignatureSchema]).meta({
    description:
      "How requests are signed: as GitHub, Shopify, Slack or Stripe does it, or by the HMAC-SHA256 of the body in a header.",
    examples: ["stripe", { header: "X-Signature", encoding: "hex", prefix: "sha256=" }],
  }),
  secrets: z
    .array(secretSchema("Signs the requests."))
    .min(1)
    .max(10)
    .meta({
      description: "What requests are signed with. Any of them counts, so that one can take over from another.",
      examples: [[{ env: "STRIPE_SECRET" }]],
    }),
  toleranceSeconds: z
    .int()
    .min(1)
    .max(86_400)
    .default(300)
    .meta({ description: "How far a signed time may be off, where there is one (Slack, Stripe).", examples: [60] }),
  id: idSchema.optional().meta({
    description:
      "What the sender calls an event each time that it sends it, so that one that comes again is not stored again. Default: what the preset knows; with a signature of your own, none.",
    examples: [{ header: "X-Request-Id" }],
  }),
  record: recordShapeSchema,
  headers: z
    .array(headerName)
    .max(50)
    .default([])
    .meta({ description: "Headers that the envelope has, as `headers`.", examples: [["X-GitHub-Event"]] }),
});

/** `hooks:` of the configuration: addresses that services call when something happened there. */
export const hooksSection = z
  .record(hookName, hookSettingsSchema)
  .default({})
  .meta({
    description:
      "Webhooks by name: `POST /hooks/NAME` puts the body into a stream if it is signed with a secret that only the sender has.",
    examples: [{ payments: { stream: "payments", signature: "stripe", secrets: [{ env: "STRIPE_SECRET" }] } }],
  });

export type HookSettings = z.output<typeof hookSettingsSchema>;

/** A hook with its secrets read. */
export interface HookDefinition extends Omit<HookSettings, "secrets"> {
  readonly name: string;
  readonly secrets: readonly string[];
}
