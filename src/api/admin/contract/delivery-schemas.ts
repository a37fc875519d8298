import { z } from "zod";
import type { DeliveryCounters, DeliveryStatus } from "../../../delivery/delivery.ts";
import type { DeliveryDefinition, RollPolicy } from "../../../model/delivery-definition.ts";
import { count, instant, jsonObject } from "./contract.ts";

const component = z
  .strictObject({ type: z.string(), options: jsonObject })
  .meta({ id: "Component", description: "A component by its name on the page of components, with its options." });

const table = z.strictObject({
  databaseName: z.string(),
  tableName: z.string(),
  versionId: z.string(),
});

const rollPolicy = z
  .strictObject({
    size: z.strictObject({ bytes: count, measure: z.enum(["raw", "encoded"]) }).exactOptional(),
    records: count.exactOptional(),
    ageMs: count.exactOptional(),
    idleMs: count.exactOptional(),
    at: z.strictObject({ time: z.string(), timeZone: z.string() }).exactOptional(),
  })
  .meta({
    id: "RollPolicy",
    description: "When an object is handed on; the first limit that is reached.",
  }) satisfies z.ZodType<RollPolicy>;

const lateness = z.strictObject({
  afterMs: count,
  to: z.enum(["error-output", "prefix"]),
  prefix: z.string().exactOptional(),
});

const partition = z.strictObject({
  keys: z.array(
    z.strictObject({ name: z.string(), format: z.string().exactOptional(), default: z.string().exactOptional() }),
  ),
  activeMax: count.exactOptional(),
  eventTime: z
    .strictObject({
      timeZone: z.string(),
      late: lateness.exactOptional(),
      future: lateness.exactOptional(),
      closeAfterMs: count.exactOptional(),
    })
    .exactOptional(),
});

/** What a delivery has to do, as `DeliveryDefinition` has it. */
export const deliveryDefinition = z
  .strictObject({
    id: z.string(),
    kind: z.enum(["primary", "backup", "replay"]),
    processors: z.array(component),
    format: component,
    table: table.exactOptional(),
    compression: z.strictObject({
      type: z.enum(["none", "gzip", "zip", "snappy", "hadoop-snappy", "zstd"]),
      level: z.int().exactOptional(),
    }),
    naming: z.strictObject({
      prefix: z.string().exactOptional(),
      errorPrefix: z.string().exactOptional(),
      timeZone: z.string(),
      extension: z.string().exactOptional(),
    }),
    partition: partition.exactOptional(),
    target: component,
    roll: rollPolicy,
    logging: z.strictObject({ group: z.string(), stream: z.string() }).exactOptional(),
  })
  .meta({ id: "DeliveryDefinition" }) satisfies z.ZodType<DeliveryDefinition>;

export const deliveryCounters = z
  .strictObject({ read: count, delivered: count, errored: count, dropped: count, pending: count })
  .meta({ id: "DeliveryCounters" }) satisfies z.ZodType<DeliveryCounters>;

/** How a delivery does, as `DeliveryStatus` has it. */
export const deliveryStatus = z
  .strictObject({
    id: z.string(),
    kind: z.enum(["primary", "backup", "replay"]),
    state: z.enum(["stopped", "recovering", "running", "retrying", "failed"]),
    read: count,
    hold: count,
    openAccumulators: count,
    openParcels: count,
    spilledBytes: count,
    counters: deliveryCounters,
    oldestPendingMs: instant.exactOptional(),
    lastError: z.strictObject({ code: z.string(), message: z.string(), at: instant }).exactOptional(),
  })
  .meta({ id: "DeliveryStatus" }) satisfies z.ZodType<DeliveryStatus>;
