import { z } from "zod";
import { alarmsSection } from "../../alarms/alarm-section.ts";
import { hooksSection } from "../../api/http/hooks/hook-definition.ts";
import { RUNS_AT_ONCE } from "../../jobs/jobs.ts";
import { credentialsSchema } from "../../model/credentials-schema.ts";
import { BATCH_BYTES_CEILING, BATCH_BYTES_MAX, RECORD_BYTES_CEILING, RECORD_BYTES_MAX } from "../../model/limits.ts";
import { secretSchema } from "../../model/secret.ts";
import { byteSize } from "../../streams/setting-types.ts";
import { catalogSection } from "./catalog-section.ts";
import { endpointsSection, secretsSection } from "./destinations-section.ts";
import { functionsSchema } from "./functions-section.ts";
import { jobsSection, pythonSection } from "./jobs-section.ts";
import { lifecycleSection } from "./lifecycle-section.ts";
import { querySection } from "./query-section.ts";
import { roleSchema, signInSection } from "./sign-in-section.ts";
import { sourcesSection } from "./sources-section.ts";
import { streamSourcesSection } from "./stream-sources-section.ts";
import { triggersSection } from "./triggers-section.ts";

/**
 * The configuration file, one schema: the types, what is said about mistakes, and the reference page derive from it. Every
 * value has a default that is right for one machine; a file with nothing in it is a working configuration.
 */

/** S3's own bucket and store settings; what is absent comes from the AWS SDK's usual chain. */
const s3Schema = z.strictObject({
  endpoint: z
    .url()
    .optional()
    .meta({
      description: "Address of an S3-compatible store. Default: AWS's own for the region.",
      examples: ["http://127.0.0.1:9000"],
    }),
  region: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "Region of the buckets. Default: the AWS chain's.", examples: ["eu-west-1"] }),
  pathStyle: z
    .boolean()
    .optional()
    .meta({
      description: "Address buckets as `/BUCKET/KEY`. Default: true with an endpoint, false without.",
      examples: [true],
    }),
  credentials: credentialsSchema("store"),
  customerKey: secretSchema("256-bit key in base64 for SSE-C, sent with every write and read.").optional(),
});

const storeSchema = z.enum(["local", "s3"]);

const allowSchema = z.array(
  z.strictObject({
    actions: z
      .array(z.string().min(1))
      .min(1)
      .meta({ description: "Globs over actions.", examples: [["firehose:Put*"]] }),
    resources: z
      .array(z.string().min(1))
      .min(1)
      .meta({ description: "Globs over ARNs.", examples: [["arn:aws:firehose:*:*:deliverystream/clicks-*"]] }),
  }),
);

const limitsSchema = z.strictObject({
  recordBytes: byteSize({
    description: "Largest record before base64. AWS: 1,000 KiB.",
    example: "64MiB",
    min: 1,
    max: RECORD_BYTES_CEILING,
  }).default(RECORD_BYTES_MAX),
  batchBytes: byteSize({
    description: "Largest sum of record bytes in one call. AWS: 4 MiB.",
    example: "128MiB",
    min: 1,
    max: BATCH_BYTES_CEILING,
  }).default(BATCH_BYTES_MAX),
  inFlightBytes: byteSize({
    description: "Memory for request bodies; beyond it reading waits, then producers are told to slow down.",
    example: "64MiB",
    min: 8 * 1024 * 1024,
    max: 16 * 1024 ** 3,
  }).default(32 * 1024 * 1024),
  streamBudgetBytes: byteSize({
    description: "Disk for log, staging and encoded files of one stream, unless its `budget` setting says otherwise.",
    example: "50GB",
    min: 16 * 1024 * 1024,
    max: 1024 ** 5,
  }).default(10 * 1000 ** 3),
  uploadReserveBytes: byteSize({
    description:
      "Free space on the disk of the data folder that uploads through the S3 door leave to streams and deliveries; below it they are told to slow down.",
    example: "2GB",
    min: 0,
    max: 1024 ** 5,
  }).default(256 * 1024 * 1024),
  jobRuns: z
    .int()
    .min(1)
    .max(100)
    .default(RUNS_AT_ONCE)
    .meta({ description: "Runs of jobs that are under way at the same time; the others wait.", examples: [4] }),
  deliveryBytes: byteSize({
    description:
      "Memory for records of one delivery that wait for their object; beyond it they are compressed to disk.",
    example: "256MiB",
    min: 1024 * 1024,
    max: 64 * 1024 ** 3,
  }).default(64 * 1024 * 1024),
  streams: z
    .int()
    .min(1)
    .max(5000)
    .default(100)
    .meta({ description: "Most delivery streams. AWS: 100 to 5,000, by region.", examples: [500] }),
});

const tlsSchema = z
  .union([
    z.strictObject({
      certificate: z
        .string()
        .min(1)
        .meta({ description: "PEM file: certificate, then its chain. Read again when it changes." }),
      key: z.string().min(1).meta({ description: "PEM file of the private key." }),
    }),
    z.strictObject({
      selfSigned: z
        .literal(true)
        .meta({ description: "Make a CA and a certificate at the first start; the CA is printed." }),
      names: z
        .array(z.string().min(1))
        .default(["localhost", "127.0.0.1", "::1"])
        .meta({ description: "Names and addresses that the certificate is for." }),
    }),
  ])
  .optional()
  .meta({ description: "HTTPS instead of HTTP: a certificate of yours, or one that the server makes." });

export const configurationSchema = z.strictObject({
  data: z
    .string()
    .min(1)
    .default("lakehose-data")
    .meta({
      description:
        "Data folder, relative to the working directory. Holds everything: move it and the server moves with it.",
      examples: ["/var/lib/lakehose"],
    }),
  host: z
    .string()
    .min(1)
    .default("127.0.0.1")
    .meta({
      description: "Address to listen on. Anything but loopback asks for access keys, tokens or users.",
      examples: ["0.0.0.0"],
    }),
  port: z
    .int()
    .min(0)
    .max(65_535)
    .default(4573)
    .meta({ description: "Port to listen on; 0 = any free one.", examples: [4573] }),
  accountId: z
    .string()
    .regex(/^\d{12}$/, "expected twelve digits in quotes")
    .default("000000000000")
    .meta({ description: "Account in ARNs, twelve digits, in quotes.", examples: ["123456789012"] }),
  accessKeys: z
    .array(
      z.strictObject({
        accessKeyId: z
          .string()
          .regex(/^\w{3,128}$/, "expected 3 to 128 letters and digits")
          .meta({ description: "Sent by SDKs with each call." }),
        secretAccessKey: secretSchema("Signs the calls; never sent."),
        allow: allowSchema
          .default([{ actions: ["*"], resources: ["*"] }])
          .meta({ description: "What the holder may do; everything unless given, nothing when empty." }),
      }),
    )
    .default([])
    .meta({
      description:
        "Keys for the AWS protocols and the admin API. With one key or token configured, every call has to prove itself.",
    }),
  tokens: z
    .array(
      z.strictObject({
        name: z.string().min(1).meta({ description: "Who holds it; shown in logs." }),
        token: secretSchema("Sent as `Authorization: Bearer …`."),
        role: roleSchema.optional().meta({
          description:
            "What the holder may do in the admin API at most. Without `allow`, the token is for nothing else.",
          examples: ["viewer"],
        }),
        allow: allowSchema.optional().meta({
          description: "What the holder may do; everything unless given (with a role: all that the role allows).",
        }),
      }),
    )
    .default([])
    .meta({
      description: "Bearer tokens for everything that is not an AWS protocol: plain ingest, admin API, metrics.",
    }),
  unsignedPayload: z
    .boolean()
    .default(false)
    .meta({
      description: "Accept calls whose signature does not cover the body (`UNSIGNED-PAYLOAD`).",
      examples: [false],
    }),
  signIn: signInSection,
  tls: tlsSchema,
  limits: limitsSchema.prefault({}).meta({ description: "What a call, a stream and the process may use." }),
  storage: z
    .strictObject({
      default: storeSchema.default("local").meta({
        description: "Where buckets are that `buckets` does not name: folders under `DATA/buckets/`, or an S3 store.",
        examples: ["s3"],
      }),
      s3: s3Schema.prefault({}).meta({ description: "The S3 store; `buckets` may differ from it bucket by bucket." }),
      buckets: z
        .record(
          z.string().min(1),
          s3Schema.extend({ store: storeSchema.default("s3").meta({ description: "Where this bucket is." }) }),
        )
        .default({})
        .meta({ description: "Settings of single buckets by name." }),
    })
    .prefault({})
    .meta({ description: "Where objects go." }),
  encryption: z
    .union([
      z.strictObject({ file: z.string().min(1).meta({ description: "File that holds the keys." }) }),
      z.strictObject({ env: z.string().min(1).meta({ description: "Environment variable that holds the keys." }) }),
    ])
    .optional()
    .meta({
      description:
        "Master keys for encryption at rest of log, staging and encoded files, as `{ file: PATH }` or `{ env: NAME }`: one key, or one `id:key` a line. StartDeliveryStreamEncryption switches it on for a stream.",
      examples: [{ file: "master.key" }],
    }),
  functions: functionsSchema,
  logLevel: z
    .enum(["trace", "info", "warn", "error", "silent"])
    .default("info")
    .meta({
      description: "Structured log on standard error. `trace` shows each call.",
      examples: ["warn"],
    }),
  catalog: catalogSection,
  lifecycle: lifecycleSection,
  jobs: jobsSection,
  python: pythonSection,
  query: querySection,
  alarms: alarmsSection,
  sources: sourcesSection,
  triggers: triggersSection,
  hooks: hooksSection,
  streamSources: streamSourcesSection,
  secrets: secretsSection,
  endpoints: endpointsSection,
  streams: z
    .array(
      z.looseObject({
        DeliveryStreamName: z
          .string()
          .min(1)
          .meta({ description: "Name of the stream; the other members as AWS has them." }),
        lakehose: z.record(z.string(), z.json()).optional().meta({ description: "What AWS has no word for." }),
      }),
    )
    .default([])
    .meta({
      description:
        "Streams that have to exist: each is a CreateDeliveryStream request as AWS has it, plus `lakehose:` with the settings of the stream settings page. Absent ones are created at the start; those that exist are left as they are.",
    }),
});

export type ConfigurationFile = z.output<typeof configurationSchema>;
