import { z } from "zod";
import { credentialsSchema } from "../../model/credentials-schema.ts";
import { secretSchema } from "../../model/secret.ts";

/** Bulk requests larger than this are no faster, and small nodes of Amazon's refuse what is larger than 10 MiB. */
export const REQUEST_BYTES_MAX = 8 * 1024 * 1024;

/** A cluster that merges segments may take its time; one that says nothing for this long has forgotten us. */
export const REQUEST_TIMEOUT_SECONDS = 60;

const basicSchema = z.strictObject({
  type: z.literal("basic"),
  user: z.string().min(1).meta({ description: "Name of the user." }),
  password: secretSchema("Password of the user."),
});

const apiKeySchema = z.strictObject({
  type: z.literal("api-key"),
  key: secretSchema("API key of Elasticsearch, in the encoded form that it was given out in."),
});

const sigv4Schema = z.strictObject({
  type: z.literal("sigv4"),
  service: z
    .enum(["es", "aoss"])
    .default("es")
    .meta({ description: "`es`: a domain of Amazon OpenSearch Service. `aoss`: a serverless collection." }),
  region: z.string().min(1).meta({ description: "Region of the domain or collection." }),
  credentials: credentialsSchema("cluster"),
});

/** How a cluster is reached: a part of the options of the destination, and of the configuration, which may know more. */
export const clusterSchema = z.strictObject({
  endpoints: z
    .array(z.url({ protocol: /^https?$/ }))
    .min(1)
    .meta({ description: "Addresses of the cluster. When one cannot be reached, the next is tried." }),
  auth: z
    .discriminatedUnion("type", [basicSchema, apiKeySchema, sigv4Schema])
    .optional()
    .meta({ description: "How requests prove who sends them. Default: not at all." }),
  caFile: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "File with the certificates (PEM) that sign the cluster's. Default: those of the system." }),
  proxy: z
    .url({ protocol: /^https?$/ })
    .optional()
    .meta({ description: "Proxy that connections go through: `http://proxy:3128`." }),
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
});

export type ClusterOptions = z.infer<typeof clusterSchema>;
