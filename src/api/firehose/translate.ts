import type { DeliveryDefinition } from "../../model/delivery-definition.ts";
import type { JsonObject } from "../../std/json.ts";
import type { StreamSettings } from "../../streams/settings.ts";
import { StreamError } from "../../streams/stream-error.ts";
import type { TranslateDeclared } from "../../streams/streams.ts";
import { DESTINATION_ID, fromDeclared } from "./declared.ts";
import { bufferingHintsOf } from "./describe-destination.ts";
import type { FoundTable } from "./found-table.ts";
import { hasProcessor } from "./processors.ts";
import { furtherDeliveries } from "./targets/further-deliveries.ts";
import { targetKinds } from "./targets/registry.ts";
import { targetDeliveries } from "./targets/target-deliveries.ts";
import { translateFormat } from "./translate-format.ts";
import { partitionOf, partitionProcessors } from "./translate-partition.ts";
import {
  backupDelivery,
  compressionOf,
  type DeclaredStream,
  loggingOf,
  namingOf,
  objectStoreOf,
  processorsOf,
  rollOf,
} from "./translate-parts.ts";
import { sourceProcessors } from "./translate-processors.ts";
import { undelivered } from "./undelivered.ts";
import type { ExtendedS3Configuration } from "./wire-types.ts";

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
  const { [declared.kind]: target } = targetKinds;
  const own =
    target === undefined
      ? objectDeliveries(stream, declared.destination as unknown as ExtendedS3Configuration, settings, table)
      : targetDeliveries(stream, declared, target, settings);
  return furtherDeliveries(stream, own, settings);
}

function objectDeliveries(
  stream: DeclaredStream,
  destination: ExtendedS3Configuration,
  settings: StreamSettings,
  table: FoundTable | undefined,
): readonly DeliveryDefinition[] {
  const primary = primaryDelivery(stream, destination, settings, table);
  const backup = destination.S3BackupConfiguration;
  if (destination.S3BackupMode !== "Enabled" || backup === undefined) return [primary];
  return [primary, backupDelivery(stream, backup, settings)];
}

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
      ...processorsOf(destination.ProcessingConfiguration, settings, partitionProcessors(destination, settings, zone)),
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
    target: objectStoreOf(destination, settings),
    roll: rollOf(bufferingHintsOf(destination as unknown as JsonObject), settings),
    ...loggingOf(destination.CloudWatchLoggingOptions, `/aws/kinesisfirehose/${stream.name}`, "DestinationDelivery"),
  };
}
