import { z } from "zod";
import { STORAGE_CLASSES } from "../../model/storage-class.ts";

/** Canned ACLs of an object (S3 API, PutObject). */
const ACLS = [
  "private",
  "public-read",
  "public-read-write",
  "authenticated-read",
  "aws-exec-read",
  "bucket-owner-read",
  "bucket-owner-full-control",
] as const;

export const objectStoreOptionsSchema = z.strictObject({
  bucket: z
    .string()
    .regex(/^[\w.-]{1,255}$/)
    .meta({ description: "Bucket that objects are written to.", examples: ["lake"] }),
  storageClass: z
    .enum(STORAGE_CLASSES)
    .optional()
    .meta({ description: "Storage class of new objects; absent = the bucket's default.", examples: ["STANDARD_IA"] }),
  acl: z
    .enum(ACLS)
    .optional()
    .meta({
      description: "Canned ACL of new objects; absent = none is sent.",
      examples: ["bucket-owner-full-control"],
    }),
  encryption: z
    .discriminatedUnion("type", [
      z.strictObject({ type: z.literal("sse-s3") }),
      z.strictObject({
        type: z.literal("sse-kms"),
        keyArn: z.string().min(1).max(512).optional().meta({ description: "KMS key; absent = the account's own." }),
      }),
    ])
    .optional()
    .meta({
      description:
        "Encryption by the store; absent = the bucket's default. Customer keys (SSE-C) are set with the bucket in the configuration, because reading needs them too.",
      examples: [{ type: "sse-kms", keyArn: "arn:aws:kms:us-east-1:000000000000:key/lake" }],
    }),
});

export type ObjectStoreOptions = z.infer<typeof objectStoreOptionsSchema>;
