import { z } from "zod";
import type { RedriveStatus } from "../../../sources/source.ts";
import type { ReplayStatus } from "../../../streams/replay.ts";
import { count, instant, jsonObject, textsByName } from "./contract.ts";
import { deliveryCounters, deliveryDefinition, deliveryStatus } from "./delivery-schemas.ts";

const streamStatus = z
  .enum(["CREATING", "CREATING_FAILED", "ACTIVE", "DELETING", "DELETING_FAILED"])
  .meta({ id: "StreamStatus" });

const problem = z.strictObject({ key: z.string(), reason: z.string() });

const lakeObjects = z.strictObject({
  type: z.literal("objects"),
  bucket: z.string(),
  prefix: z.string(),
  exclude: z.array(z.string()),
  stage: z.enum(["processors", "delivery"]),
  from: count,
});

export const replayStatus = z
  .strictObject({
    id: z.string(),
    of: z.string(),
    source: z.union([z.strictObject({ type: z.literal("log"), from: count, to: count }), lakeObjects]),
    createdAt: instant,
    state: z.enum(["running", "landed", "cancelled"]),
    endedAt: instant.exactOptional(),
    counters: deliveryCounters.exactOptional(),
    target: z.strictObject({ bucket: z.string().exactOptional(), prefix: z.string() }),
    running: deliveryStatus.exactOptional(),
    reading: z
      .strictObject({ objects: count, records: count, key: z.string().exactOptional(), problems: z.array(problem) })
      .exactOptional(),
    problem: z.string().exactOptional(),
  })
  .meta({ id: "ReplayStatus" }) satisfies z.ZodType<ReplayStatus>;

export const redriveStatus = z
  .strictObject({
    id: count,
    delivery: z.string(),
    state: z.enum(["running", "done", "failed", "cancelled", "interrupted"]),
    request: z.strictObject({
      prefix: z.string().exactOptional(),
      keys: z.array(z.string()).exactOptional(),
      bucket: z.string().exactOptional(),
      again: z.boolean(),
      stage: z.enum(["processors", "delivery"]).exactOptional(),
    }),
    startedAt: instant,
    endedAt: instant.exactOptional(),
    failure: z.string().exactOptional(),
    objects: z.strictObject({ found: count, done: count, skipped: count, failed: count }),
    bytes: z.strictObject({ found: count, done: count }),
    records: z.strictObject({ redriven: count, refused: count, otherDelivery: count, inDoubt: count }),
    problems: z.array(problem),
  })
  .meta({ id: "RedriveStatus" }) satisfies z.ZodType<RedriveStatus>;

const balance = z
  .strictObject({
    id: z.string(),
    accepted: count,
    delivered: count,
    errored: count,
    dropped: count,
    pending: count,
    balanced: z.boolean(),
  })
  .meta({ id: "DeliveryBalance", description: "accepted = delivered + errored + dropped + pending" });

const streamHealth = z
  .strictObject({
    log: z.strictObject({ bytes: count, start: count, end: count, pendingAppends: count }),
    budgetBytes: count,
    paused: z.boolean(),
    accepted: count,
    deliveries: z.array(deliveryStatus),
    replays: z.array(replayStatus),
    balance: z.array(balance),
  })
  .meta({ id: "StreamHealth" });

/** `health` while the stream is open, else `unavailable` and why. */
const state = { health: streamHealth.exactOptional(), unavailable: z.string().exactOptional() };

const streamState = z
  .strictObject({ name: z.string(), status: streamStatus, ...state })
  .meta({ id: "StreamState", description: "How a stream does, or why nobody can say." });

export const streamHealthList = z
  .strictObject({ at: instant, streams: z.array(streamState) })
  .meta({ id: "StreamHealthList" });

const definition = {
  name: z.string(),
  uid: z.string(),
  arn: z.string(),
  type: z.enum(["DirectPut", "KinesisStreamAsSource", "MSKAsSource", "DatabaseAsSource"]),
  status: streamStatus,
  failure: z.strictObject({ type: z.string(), details: z.string() }).exactOptional(),
  versionId: z.string(),
  createdAt: instant,
  updatedAt: instant.exactOptional(),
  encryption: z.string(),
  tags: textsByName,
  extensions: jsonObject,
  destination: jsonObject.meta({ description: "As DescribeDeliveryStream tells it, without secrets." }),
  settings: jsonObject.exactOptional(),
  settingsProblem: z.string().exactOptional(),
  deliveries: z.array(deliveryDefinition),
  warnings: z.array(z.strictObject({ code: z.string(), message: z.string() })),
};

export const streamView = z.strictObject(definition).meta({ id: "Stream" });

export const streamDetails = z.strictObject({ ...definition, ...state }).meta({ id: "StreamDetails" });

export const deliveryLog = z.strictObject({
  logStreams: z.array(
    z.strictObject({
      name: z.string(),
      events: z.array(
        z
          .strictObject({
            timestamp: z.string(),
            deliveryStreamARN: z.string(),
            destination: z.string(),
            deliveryStreamVersionId: z.string(),
            message: z.string(),
            errorCode: z.string(),
          })
          .partial()
          .meta({ id: "DeliveryLogEvent" }),
      ),
    }),
  ),
});
