import { z } from "zod";
import { namedSecretSchema } from "../../model/secret.ts";
import { HTTP_REACH_OPTIONS, httpReachShape } from "../http-client/http-reach.ts";

/** AWS sends at most so much at once (reference 2.1); a record that is larger goes alone. */
const REQUEST_BYTES = 5 * 1024 * 1024;

/** Splunk's own limit of newer versions (limits.conf, max_content_length) lies far above. */
const REQUEST_BYTES_MAX = 64 * 1024 * 1024;

/** HECAcknowledgmentTimeoutInSeconds (reference 2.5). */
const ACKNOWLEDGEMENT_MS = 180_000;
const ACKNOWLEDGEMENT_MS_MAX = 600_000;

export const splunkOptionsSchema = z.strictObject({
  endpoint: z
    .url({ protocol: /^https?$/ })
    .max(2048)
    .refine((url) => !/[?#@]/.test(url), "expected an address without user, query and fragment")
    .meta({
      description:
        "The HTTP Event Collector, without `/services/collector`. `http` for private networks only: the token can be read on the way then.",
      examples: ["https://splunk.example:8088"],
    }),
  endpointType: z
    .enum(["event", "raw"])
    .default("event")
    .meta({ description: 'Records are events of HEC\'s own form, `{"event": …}`, or text that Splunk breaks itself.' }),
  token: namedSecretSchema("The HEC token."),
  tokenMember: z
    .string()
    .min(1)
    .optional()
    .meta({
      description: "The secret is a JSON object, as Secrets Manager keeps it, and the token is this member.",
      examples: ["hec_token"],
    }),
  acknowledgement: z.enum(["indexer", "none"]).default("indexer").meta({
    description:
      "`indexer`: records count as delivered once Splunk says that they are indexed; acknowledgement has to be on for the token. `none`: once they are taken, for receivers without acknowledgement; what Splunk loses then is lost.",
  }),
  acknowledgementMs: z
    .int()
    .min(1000)
    .max(ACKNOWLEDGEMENT_MS_MAX)
    .default(ACKNOWLEDGEMENT_MS)
    .meta({ description: "How long to wait for an acknowledgement from the time of sending, in milliseconds." }),
  delimiter: z
    .string()
    .max(8)
    .optional()
    .meta({ description: "Written behind the bytes of each record. Default: a line feed for `raw`, else nothing." }),
  requestBytes: z
    .int()
    .min(1024)
    .max(REQUEST_BYTES_MAX)
    .default(REQUEST_BYTES)
    .meta({ description: "Largest body of a request, in bytes; a record that is larger goes alone." }),
  ...httpReachShape,
});

export type SplunkOptions = z.infer<typeof splunkOptionsSchema>;

export const CONNECTION_OPTIONS = [
  "endpoint",
  "token",
  "tokenMember",
  "acknowledgement",
  "acknowledgementMs",
  ...HTTP_REACH_OPTIONS,
] as const;
