import type {
  ComponentSpec,
  CompressionSpec,
  CompressionType,
  DeliveryDefinition,
  ObjectNaming,
  RollPolicy,
} from "../../model/delivery-definition.ts";
import type { JsonObject } from "../../std/json.ts";
import type { StreamSettings } from "../../streams/settings.ts";
import { StreamError } from "../../streams/stream-error.ts";
import type { TranslateDeclared } from "../../streams/streams.ts";
import { DESTINATION_ID } from "./declared.ts";
import { bufferingHintsOf } from "./describe-destination.ts";
import { extensionProcessors } from "./extension-processors.ts";
import { lambdaProcessors, sourceProcessors, unpackingProcessors } from "./translate-processors.ts";
import type { ProcessingConfiguration, S3Configuration } from "./wire-types.ts";

/** What is translated alike for every destination: the S3 part of it, the chain, the limits, the log. */

/** SizeInMBs counts mebibytes, as AWS's buffers do. */
const MEBIBYTE = 1024 * 1024;

const COMPRESSIONS: Readonly<Record<NonNullable<S3Configuration["CompressionFormat"]>, CompressionType>> = {
  UNCOMPRESSED: "none",
  GZIP: "gzip",
  ZIP: "zip",
  Snappy: "snappy",
  HADOOP_SNAPPY: "hadoop-snappy",
};

const LEVEL_MAX: Partial<Record<CompressionType, number>> = { gzip: 9, zip: 9, zstd: 19 };

export type DeclaredStream = Pick<Parameters<TranslateDeclared>[0], "name" | "type">;

/**
 * The chain before what a destination adds, in the order of AWS; what reads fields runs before `escape`, which makes line
 * breaks between members something else.
 */
export function processorsOf(
  processing: ProcessingConfiguration | undefined,
  settings: StreamSettings,
  placing: readonly ComponentSpec[] = [],
): readonly ComponentSpec[] {
  const { beforeLambda, afterLambda } = extensionProcessors(settings);
  const unpacking = unpackingProcessors(processing);
  const escaping = settings.escape === undefined ? [] : [{ type: "escape", options: {} }];
  return [
    ...unpacking,
    ...beforeLambda,
    ...lambdaProcessors(processing, settings),
    ...afterLambda,
    ...placing,
    ...escaping,
  ];
}

/** Source records as producers meant them, past all declared processors; settings that shape the objects do not apply. */
export function backupDelivery(
  stream: DeclaredStream,
  backup: S3Configuration,
  settings: StreamSettings,
): DeliveryDefinition {
  return {
    id: `${DESTINATION_ID}-backup`,
    kind: "backup",
    processors: sourceProcessors(stream.type),
    format: { type: "raw", options: {} },
    compression: compressionOf(backup, {}),
    naming: { ...namingOf(backup), timeZone: "UTC" },
    target: objectStoreOf(backup, settings),
    roll: rollOf(bufferingHintsOf(backup as unknown as JsonObject), {}),
    ...loggingOf(backup.CloudWatchLoggingOptions, `/aws/kinesisfirehose/${stream.name}`, "BackupDelivery"),
  };
}

export function namingOf(part: S3Configuration): Pick<ObjectNaming, "prefix" | "errorPrefix"> {
  const { Prefix: prefix, ErrorOutputPrefix: errorPrefix } = part;
  return { ...(prefix === undefined ? {} : { prefix }), ...(errorPrefix === undefined ? {} : { errorPrefix }) };
}

export function compressionOf(part: S3Configuration, settings: StreamSettings): CompressionSpec {
  const type = settings.compression ?? COMPRESSIONS[part.CompressionFormat ?? "UNCOMPRESSED"];
  const level = settings["compression-level"];
  if (level === undefined) return { type };
  const max = LEVEL_MAX[type] ?? 0;
  if (level <= max) return { type, level };
  const allowed = max === 0 ? `${type} has no levels` : `${type} has levels 1 to ${max}`;
  throw new StreamError("invalid", `Setting lakehose:compression-level is ${level}, but ${allowed}`);
}

export function objectStoreOf(part: S3Configuration, settings: StreamSettings): ComponentSpec {
  const options: JsonObject = { bucket: part.BucketARN.slice(part.BucketARN.lastIndexOf(":") + 1) };
  const key = part.EncryptionConfiguration?.KMSEncryptionConfig?.AWSKMSKeyARN;
  if (key !== undefined) options.encryption = { type: "sse-kms", keyArn: key };
  if (settings["storage-class"] !== undefined) options.storageClass = settings["storage-class"];
  if (settings.acl !== undefined) options.acl = settings.acl;
  return { type: "object-store", options };
}

/** Hints of the wire, overlaid by the settings; a setting replaces the hint of its own kind and leaves the others. */
export function rollOf(hints: Hints, settings: StreamSettings): RollPolicy {
  const age = settings["roll-age"] ?? hints.IntervalInSeconds * 1000;
  const idle = settings["roll-idle"] ?? "off";
  const size = {
    bytes: settings["roll-size"] ?? hints.SizeInMBs * MEBIBYTE,
    measure: settings["roll-size-of"] ?? "raw",
  };
  return {
    size,
    ...(settings["roll-records"] === undefined ? {} : { records: settings["roll-records"] }),
    ...(age === "off" ? {} : { ageMs: age }),
    ...(idle === "off" ? {} : { idleMs: idle }),
    ...(settings["roll-at"] === undefined ? {} : { at: settings["roll-at"] }),
  };
}

export interface Hints {
  readonly SizeInMBs: number;
  readonly IntervalInSeconds: number;
}

export function loggingOf(
  options: S3Configuration["CloudWatchLoggingOptions"],
  group: string,
  stream: string,
): Pick<DeliveryDefinition, "logging"> {
  if (options?.Enabled !== true) return {};
  return { logging: { group: options.LogGroupName ?? group, stream: options.LogStreamName ?? stream } };
}
