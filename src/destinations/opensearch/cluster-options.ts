import { z } from "zod";
import { namedSecretSchema } from "../../model/secret.ts";

/** Bulk requests larger than this are no faster, and small nodes of Amazon's refuse what is larger than 10 MiB. */
export const REQUEST_BYTES_MAX = 8 * 1024 * 1024;

/** A cluster that merges segments may take its time; one that says nothing for this long has forgotten us. */
export const REQUEST_TIMEOUT_SECONDS = 60;

const basicSchema = z.strictObject({
  type: z.literal("basic"),
  user: z.string().min(1).meta({ description: "Name of the user." }),
  password: namedSecretSchema("Password of the user."),
});

const apiKeySchema = z.strictObject({
  type: z.literal("api-key"),
  key: namedSecretSchema("API key of Elasticsearch, in the encoded form that it was given out in."),
});

const sigv4Schema = z.strictObject({
  type: z.literal("sigv4"),
  service: z
    .enum(["es", "aoss"])
    .default("es")
    .meta({ description: "`es`: a domain of Amazon OpenSearch Service. `aoss`: a serverless collection." }),
  region: z.string().min(1).meta({ description: "Region of the domain or collection." }),
  credentials: z
    .strictObject({
      accessKeyId: z.string().min(1).meta({ description: "Id of the key." }),
      secretAccessKey: namedSecretSchema("Secret of the key."),
      sessionToken: namedSecretSchema("Token of temporary credentials.").optional(),
    })
    .optional()
    .meta({ description: "Key to sign with. Default: the AWS chain (environment, profile, instance role)." }),
});

const address = z
  .string()
  .regex(/^(https?:\/\/|arn:)/, "expected an address that begins with http:// or https://, or an ARN")
  .refine((text) => text.startsWith("arn:") || URL.parse(text)?.username === "", {
    error: "expected an address without a user in it; name and password belong in `auth`",
  });

/** How a cluster is reached: the options that do not change what is written. */
export const clusterShape = {
  endpoint: z.union([address, z.array(address).min(1)]).meta({
    description:
      "Address of the cluster, or several: when a node cannot be reached, the next is tried. An ARN, or an address of AWS, leads to where `endpoints` of the configuration says.",
    examples: ["https://search.example.org:9200"],
  }),
  auth: z
    .discriminatedUnion("type", [basicSchema, apiKeySchema, sigv4Schema])
    .optional()
    .meta({
      description: "How requests prove who sends them: `basic`, `api-key` or `sigv4`. Default: not at all.",
      examples: [{ type: "basic", user: "lakehose", password: { secret: "search" } }],
    }),
  ca: namedSecretSchema("Certificates (PEM) of those who sign the cluster's, beside those of the system.")
    .optional()
    .meta({ examples: [{ secret: "search-ca" }] }),
  proxy: z
    .url({ protocol: /^https?$/ })
    .optional()
    .meta({ description: "Proxy that connections go through.", examples: ["http://proxy:3128"] }),
  gzip: z.boolean().default(false).meta({ description: "Whether requests are compressed: less network, more CPU." }),
  requestBytesMax: z
    .int()
    .min(64 * 1024)
    .max(100 * 1024 * 1024)
    .default(REQUEST_BYTES_MAX)
    .meta({ description: "Largest bulk request, bytes. A record that is larger goes alone." }),
  requestTimeoutSeconds: z
    .number()
    .positive()
    .max(3600)
    .default(REQUEST_TIMEOUT_SECONDS)
    .meta({ description: "How long a request may take." }),
} as const;

const clusterSchema = z.object(clusterShape);
export type ClusterOptions = z.infer<typeof clusterSchema>;
