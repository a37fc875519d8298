import { z } from "zod";
import { FUNCTION_PAYLOAD_BYTES_MAX } from "../../model/limits.ts";

/** Synchronous invocation, request and reply each (Lambda quotas: 6 MB; the number is that of its error message). */
const PAYLOAD_BYTES = 6_291_556;
/** BufferSizeInMBs of the Lambda processor (Firehose API): 1 unless set, 0.2 to 3 there. */
const BUFFER_BYTES = 1024 * 1024;
/** Outstanding invocations per shard (Firehose guide, data transformation). */
const CONCURRENCY = 5;
const CONCURRENCY_MAX = 100;
/** NumberOfRetries (Firehose API): 0 to 300. */
const RETRIES = 3;
const RETRIES_MAX = 300;

export const lambdaOptionsSchema = z.strictObject({
  function: z
    .string()
    .min(1)
    .meta({
      description: "Name or ARN of the function, with or without version or alias.",
      examples: ["arn:aws:lambda:us-east-1:000000000000:function:ticker:$LATEST"],
    }),
  retries: z
    .int()
    .min(0)
    .max(RETRIES_MAX)
    .default(RETRIES)
    .meta({ description: "Further attempts after one that failed.", examples: [3] }),
  bufferBytes: z
    .int()
    .min(1024)
    .max(FUNCTION_PAYLOAD_BYTES_MAX)
    .default(BUFFER_BYTES)
    .meta({ description: "Record bytes that one invocation is given. AWS: 0.2 to 3 MiB.", examples: [3_145_728] }),
  payloadBytesMax: z
    .int()
    .min(1024)
    .max(FUNCTION_PAYLOAD_BYTES_MAX)
    .default(PAYLOAD_BYTES)
    .meta({ description: "Largest request and largest reply, bytes of JSON.", examples: [33_554_432] }),
  concurrency: z
    .int()
    .min(1)
    .max(CONCURRENCY_MAX)
    .default(CONCURRENCY)
    .meta({ description: "Invocations under way at one time.", examples: [2] }),
  code: z
    .string()
    .optional()
    .meta({
      description:
        "Digest of the code that invocations run under. Set by the server and never by users: a change of the code is thereby a change of the definition, which takes effect at a position.",
      examples: ["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    }),
  fanOut: z
    .boolean()
    .default(false)
    .meta({ description: "The reply may hold a recordId several times: one record becomes many.", examples: [true] }),
});
