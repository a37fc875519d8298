import { isDeepStrictEqual } from "node:util";
import { findDestinationType } from "../../../destinations/registry.ts";
import type { ComponentSpec, DeliveryDefinition } from "../../../model/delivery-definition.ts";
import { invariant } from "../../../std/assert.ts";
import type { JsonObject } from "../../../std/json.ts";
import type { StreamSettings } from "../../../streams/settings.ts";
import { StreamError } from "../../../streams/stream-error.ts";
import { DESTINATION_ID, type DeclaredStream as Declared } from "../declared.ts";
import { bufferingHintsOf } from "../describe-destination.ts";
import { destinationKinds } from "../destination-kinds.ts";
import { hasProcessor } from "../processors.ts";
import {
  backupDelivery,
  compressionOf,
  type DeclaredStream,
  type Hints,
  loggingOf,
  namingOf,
  objectStoreOf,
  processorsOf,
  rollOf,
} from "../translate-parts.ts";
import { sourceProcessors } from "../translate-processors.ts";
import type { HttpEndpointConfiguration, S3Configuration } from "../wire-types.ts";
import type { TargetKind } from "./target-kind.ts";

/** Members that every destination has which is no S3 bucket itself. */
type TargetConfiguration = Pick<
  HttpEndpointConfiguration,
  "BufferingHints" | "CloudWatchLoggingOptions" | "ProcessingConfiguration" | "RetryOptions" | "S3Configuration"
> & { readonly S3BackupMode?: string; readonly S3BackupConfiguration?: S3Configuration };

/** The delivery to the target, whose errors land in the S3 part, and that of all source records where they are wanted too. */
export function targetDeliveries(
  stream: DeclaredStream,
  { kind, destination: declared }: Declared,
  target: TargetKind,
  settings: StreamSettings,
): readonly DeliveryDefinition[] {
  const destination = declared as unknown as TargetConfiguration;
  const { S3Configuration: bucketPart } = destination;
  const { defaults } = destinationKinds[kind];
  const bucket = objectStoreOf(bucketPart, settings);
  const spec = extended(target.target(declared, { stream: stream.name, settings, bucket }), settings);
  const hints = target.buffersInS3Part
    ? bufferingHintsOf(bucketPart as unknown as JsonObject)
    : { ...(defaults.BufferingHints as unknown as Hints), ...destination.BufferingHints };
  const { DurationInSeconds: retrySeconds } = destination.RetryOptions ?? {};
  const primary: DeliveryDefinition = {
    id: DESTINATION_ID,
    kind: "primary",
    processors: [...sourceProcessors(stream.type), ...processorsOf(destination.ProcessingConfiguration, settings)],
    compression: compressionOf(bucketPart, {}),
    naming: { ...namingOf(bucketPart), timeZone: "UTC" },
    ...targetParts(spec, bucket, hasProcessor(destination.ProcessingConfiguration, "AppendDelimiterToRecord")),
    ...(target.errorType === undefined ? {} : { errorType: target.errorType }),
    retry: { forMs: 1000 * (retrySeconds ?? defaultRetrySeconds(defaults)) },
    roll: rollOf(hints, settings),
    ...loggingOf(destination.CloudWatchLoggingOptions, `/aws/kinesisfirehose/${stream.name}`, "DestinationDelivery"),
  };
  const backup =
    destination.S3BackupMode === target.backupAll ? (destination.S3BackupConfiguration ?? bucketPart) : undefined;
  return backup === undefined ? [primary] : [primary, backupDelivery(stream, backup, settings)];
}

/** With what the wire has no words for. The options stay as they were written; the destination fills in defaults. */
function extended({ type, options: declared }: ComponentSpec, { "destination-options": more }: StreamSettings) {
  const options = { ...declared, ...more };
  const { error } = findDestinationType(type)?.optionsSchema.safeParse(options) ?? {};
  if (error === undefined) return { type, options };
  const problems = error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new StreamError("invalid", `The destination cannot be delivered to. ${problems.join("; ")}`);
}

/** What the kind of target decides: how parcels are written, and where errors go. */
export function targetParts(
  target: ComponentSpec,
  bucket: ComponentSpec,
  isDelimited: boolean,
): Pick<DeliveryDefinition, "format" | "target" | "errorTarget" | "errorType"> {
  const type = findDestinationType(target.type);
  invariant(type !== undefined, `${target.type} is in the registry of destinations`);
  if (type.takes === "objects") {
    const format = { type: "raw", options: isDelimited ? { delimiter: "\n" } : {} };
    return { format, target, ...(isDeepStrictEqual(target, bucket) ? {} : { errorTarget: bucket }) };
  }
  const { errorType = "processing-failed" } = type;
  return { format: { type: "identified-records", options: {} }, target, errorTarget: bucket, errorType };
}

function defaultRetrySeconds({ RetryOptions }: JsonObject): number {
  return Number((RetryOptions as JsonObject | undefined)?.DurationInSeconds ?? 300);
}
