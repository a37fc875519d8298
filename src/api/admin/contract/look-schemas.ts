import { z } from "zod";
import type { DryRunResult } from "../dry-run-result.ts";
import type { DemoDataStatus } from "../endpoint.ts";
import { count, instant } from "./contract.ts";

/** The beginning of a record: `text`, or `base64` of what is no UTF-8. */
const shown = { size: count, text: z.string().exactOptional(), base64: z.string().exactOptional() };

export const newestRecords = z.strictObject({
  records: z.array(
    z
      .strictObject({
        offset: count,
        arrivalMs: instant,
        onlyDelivery: z
          .string()
          .exactOptional()
          .meta({ description: "The delivery that alone sees it, because it was redriven or read back." }),
        ...shown,
      })
      .meta({ id: "NewestRecord", description: "`size` is that of the whole record, of which this is the beginning." }),
  ),
  next: count.meta({ description: "From where on to ask next." }),
  skipped: count.meta({ description: "Records that were passed over because there were too many." }),
});

const errorKind = z.strictObject({ errorType: z.string(), code: z.string(), records: count }).meta({ id: "ErrorKind" });

const sampledError = z
  .strictObject({
    bucket: z.string(),
    key: z.string(),
    errorType: z.string(),
    code: z.string(),
    message: z.string(),
    attempts: count,
    arrivalMs: instant.exactOptional(),
    offset: count.exactOptional(),
    ...shown,
  })
  .meta({ id: "SampledError" });

export const errorSample = z
  .strictObject({
    objects: count,
    bytes: count,
    objectsRead: count,
    kinds: z.array(errorKind),
    records: z.array(sampledError),
    problems: z.array(z.strictObject({ key: z.string(), reason: z.string() })),
  })
  .meta({ id: "ErrorSample", description: "Kinds are counted in the newest objects, as many as `objectsRead`." });

export const demoDataStatus = z
  .strictObject({
    generator: z.string(),
    perSecond: z.number(),
    seconds: count,
    badShare: z.number(),
    state: z.enum(["sending", "ended"]),
    startedAt: instant,
    accepted: count,
    refused: count,
    failure: z.string().exactOptional(),
  })
  .meta({ id: "DemoDataStatus" }) satisfies z.ZodType<DemoDataStatus>;

export const demoData = z.strictObject({
  generators: z.array(z.strictObject({ name: z.string(), summary: z.string() })),
  sending: demoDataStatus.exactOptional(),
});

export const dryRunResult = z
  .strictObject({
    stream: z.string(),
    warnings: z.array(z.string()),
    objects: z.array(z.strictObject({ bucket: z.string(), key: z.string(), bytes: count })),
    rejects: z.array(z.strictObject({ key: z.string(), code: z.string(), message: z.string(), rawData: z.string() })),
  })
  .meta({ id: "DryRunResult" }) satisfies z.ZodType<DryRunResult>;
