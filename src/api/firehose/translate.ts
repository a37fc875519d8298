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
import { DESTINATION_ID, fromDeclared } from "./declared.ts";
import { bufferingHintsOf } from "./describe-destination.ts";
import { extensionProcessors } from "./extension-processors.ts";
import type { FoundTable } from "./found-table.ts";
import { hasProcessor } from "./processors.ts";
import { translateFormat } from "./translate-format.ts";
import { partitionOf, partitionProcessors } from "./translate-partition.ts";
import { lambdaProcessors, sourceProcessors, unpackingProcessors } from "./translate-processors.ts";
import { undelivered } from "./undelivered.ts";
import type { ExtendedS3Configuration, S3Configuration } from "./wire-types.ts";

/**
 * From the wire's words to those of the delivery engine. Wire names end here. Pure: the same declaration, settings and
 * table give the same definitions, so that a restart finds nothing changed.
 */
export function translateDeclared(
  stream: Omit<Parameters<TranslateDeclared>[0], "arn">,
  settings: StreamSettings,
  table?: FoundTable,
): readonly DeliveryDefinition[] {
  const declared = fromDeclared(stream.declared);
  const refusal = undelivered(stream.type, declared);
  if (refusal !== undefined) throw new StreamError("invalid", refusal);
  const destination = declared.destination as unknown as ExtendedS3Configuration;
  const primary = primaryDelivery(stream, destination, settings, table);
  const backup = destination.S3BackupConfiguration;
  if (destination.S3BackupMode !== "Enabled" || backup === undefined) return [primary];
  return [primary, backupDelivery(stream, backup, settings)];
}

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

type DeclaredStream = Pick<Parameters<TranslateDeclared>[0], "name" | "type">;

function primaryDelivery(
  stream: DeclaredStream,
  destination: ExtendedS3Configuration,
  settings: StreamSettings,
  found: FoundTable | undefined,
): DeliveryDefinition {
  const compression = compressionOf(destination, settings);
  const { processors = [], ...written } = translateFormat(destination, settings, compression, found) ?? {};
  const delimited = hasProcessor(destination.ProcessingConfiguration, "AppendDelimiterToRecord");
  const { CustomTimeZone: timeZone = "", FileExtension: extension = "" } = destination;
  const zone = timeZone === "" ? "UTC" : timeZone;
  return {
    id: DESTINATION_ID,
    kind: "primary",
    processors: [
      ...sourceProcessors(stream.type),
      ...processorsOf(destination, settings, partitionProcessors(destination, settings, zone)),
      ...processors,
    ],
    format: { type: "raw", options: delimited ? { delimiter: "\n" } : {} },
    compression,
    ...written,
    naming: {
      ...namingOf(destination),
      timeZone: zone,
      ...(extension === "" ? {} : { extension }),
    },
    ...partitionOf(destination, settings, zone),
    target: targetOf(destination, settings),
    roll: rollOf(destination, settings),
    ...loggingOf(destination, `/aws/kinesisfirehose/${stream.name}`, "DestinationDelivery"),
  };
}

/** In the order of AWS; what reads fields runs before `escape`, which makes line breaks between members something else. */
function processorsOf(
  { ProcessingConfiguration: processing }: ExtendedS3Configuration,
  settings: StreamSettings,
  placing: readonly ComponentSpec[],
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
function backupDelivery(stream: DeclaredStream, backup: S3Configuration, settings: StreamSettings): DeliveryDefinition {
  return {
    id: `${DESTINATION_ID}-backup`,
    kind: "backup",
    processors: sourceProcessors(stream.type),
    format: { type: "raw", options: {} },
    compression: compressionOf(backup, {}),
    naming: { ...namingOf(backup), timeZone: "UTC" },
    target: targetOf(backup, settings),
    roll: rollOf(backup, {}),
    ...loggingOf(backup, `/aws/kinesisfirehose/${stream.name}`, "BackupDelivery"),
  };
}

function namingOf(part: S3Configuration): Pick<ObjectNaming, "prefix" | "errorPrefix"> {
  const { Prefix: prefix, ErrorOutputPrefix: errorPrefix } = part;
  return { ...(prefix === undefined ? {} : { prefix }), ...(errorPrefix === undefined ? {} : { errorPrefix }) };
}

function compressionOf(part: S3Configuration, settings: StreamSettings): CompressionSpec {
  const type = settings.compression ?? COMPRESSIONS[part.CompressionFormat ?? "UNCOMPRESSED"];
  const level = settings["compression-level"];
  if (level === undefined) return { type };
  const max = LEVEL_MAX[type] ?? 0;
  if (level <= max) return { type, level };
  const allowed = max === 0 ? `${type} has no levels` : `${type} has levels 1 to ${max}`;
  throw new StreamError("invalid", `Setting lakehose:compression-level is ${level}, but ${allowed}`);
}

function targetOf(part: S3Configuration, settings: StreamSettings) {
  const options: JsonObject = { bucket: part.BucketARN.slice(part.BucketARN.lastIndexOf(":") + 1) };
  const key = part.EncryptionConfiguration?.KMSEncryptionConfig?.AWSKMSKeyARN;
  if (key !== undefined) options.encryption = { type: "sse-kms", keyArn: key };
  if (settings["storage-class"] !== undefined) options.storageClass = settings["storage-class"];
  if (settings.acl !== undefined) options.acl = settings.acl;
  return { type: "object-store", options };
}

/** AWS's hints, overlaid by the settings; a setting replaces the hint of its own kind and leaves the others. */
function rollOf(part: S3Configuration, settings: StreamSettings): RollPolicy {
  const hints = bufferingHintsOf(part as unknown as JsonObject);
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

function loggingOf(part: S3Configuration, group: string, stream: string): Pick<DeliveryDefinition, "logging"> {
  const options = part.CloudWatchLoggingOptions;
  if (options?.Enabled !== true) return {};
  return { logging: { group: options.LogGroupName ?? group, stream: options.LogStreamName ?? stream } };
}
