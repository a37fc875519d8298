import { z } from "zod";
import { namedSecretSchema } from "../../model/secret.ts";
import { HTTP_REACH_OPTIONS, httpReachShape } from "../http-client/http-reach.ts";
import { receiverNames } from "./receivers.ts";

/** Numbers of the protocol (HTTP endpoint delivery 1.0). */
export const REQUEST_RECORDS_MAX = 10_000;
export const REQUEST_BYTES_MAX = 64 * 1024 * 1024;
const ATTEMPT_MS = 180_000;

export const httpEndpointOptionsSchema = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .max(1000)
    .refine((url) => !hasUserInfo(url), "expected an address without user and password; keys belong in accessKey")
    .meta({
      description:
        "Where deliveries are sent, as it is written. `http` for private networks only: nothing on the way is secret then.",
      examples: ["https://collector.example/firehose"],
    }),
  accessKey: namedSecretSchema("Sent as X-Amz-Firehose-Access-Key; absent = no such header.").optional(),
  accessKeyMember: z
    .string()
    .min(1)
    .optional()
    .meta({
      description: "The secret is a JSON object, as Secrets Manager keeps it, and the key is this member.",
      examples: ["api_key"],
    }),
  contentEncoding: z
    .enum(["none", "gzip"])
    .default("none")
    .meta({ description: "How bodies are packed.", examples: ["gzip"] }),
  commonAttributes: z
    .record(z.string().min(1).max(256), z.string().max(1024))
    .refine((pairs) => Object.keys(pairs).length <= 50, "expected up to 50 attributes")
    .optional()
    .meta({ description: "Sent with each request.", examples: [{ environment: "production" }] }),
  delimiter: z.string().max(8).default("").meta({ description: "Written behind the bytes of each record." }),
  requestRecords: z
    .int()
    .min(1)
    .max(REQUEST_RECORDS_MAX)
    .default(REQUEST_RECORDS_MAX)
    .meta({ description: "Most records of a request." }),
  requestBytes: z
    .int()
    .min(1024)
    .max(REQUEST_BYTES_MAX)
    .default(REQUEST_BYTES_MAX)
    .meta({ description: "Largest body of a request before packing, in bytes." }),
  success: z.enum(["protocol", "status"]).default("protocol").meta({
    description:
      "What counts as success: the protocol's 200 with its JSON body, or any status from 200 to 299, for receivers that do not speak the protocol.",
  }),
  attemptMs: z.int().min(1000).max(ATTEMPT_MS).default(ATTEMPT_MS).meta({
    description: "Time for one request and its answer, in milliseconds.",
  }),
  receiver: z
    .enum(receiverNames)
    .optional()
    .meta({ description: "A known service: as much is gathered before a delivery as AWS's guide names for it." }),
  ...httpReachShape,
});

export type HttpEndpointOptions = z.infer<typeof httpEndpointOptionsSchema>;

/** The protocol reads address and key from the newest configuration for each attempt. */
export const CONNECTION_OPTIONS = ["url", "accessKey", "accessKeyMember", "attemptMs", ...HTTP_REACH_OPTIONS] as const;

function hasUserInfo(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { username, password } = new URL(url);
  return username !== "" || password !== "";
}
