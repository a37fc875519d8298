import type {
  ComponentSpec,
  EventTimePartition,
  LatenessPolicy,
  PartitionKey,
  PartitionSpec,
} from "../../model/delivery-definition.ts";
import { parsePrefix } from "../../model/prefix-template.ts";
import type { StreamSettings } from "../../streams/settings.ts";
import { enabledProcessors, parameterOf } from "./processors.ts";
import type { ExtendedS3Configuration } from "./wire-types.ts";

/** Partitions that may be active at once unless a setting says otherwise (Firehose quotas). */
const ACTIVE_MAX_DEFAULT = 500;

/** What beside the arrival decides where a record gathers. `timeZone` is that of the names. */
export function partitionOf(
  destination: ExtendedS3Configuration,
  settings: StreamSettings,
  timeZone: string,
): { readonly partition?: PartitionSpec } {
  const names = parsePrefix(destination.Prefix ?? "", "prefix").template?.usage.partitionKeys ?? [];
  const eventTime = eventTimeOf(settings, timeZone);
  if (names.length === 0 && eventTime === undefined) return {};
  const activeMax = settings["partitions-max"] ?? (names.length > 0 ? ACTIVE_MAX_DEFAULT : "unlimited");
  return {
    partition: {
      keys: names.map((name) => keyOf(name, settings)),
      ...(activeMax === "unlimited" ? {} : { activeMax }),
      ...(eventTime ? { eventTime } : {}),
    },
  };
}

/** Processors that find out where records belong. They leave bytes alone and run behind all others (reference 4.1). */
export function partitionProcessors(
  destination: ExtendedS3Configuration,
  settings: StreamSettings,
  timeZone: string,
): readonly ComponentSpec[] {
  const processors: ComponentSpec[] = enabledProcessors(destination.ProcessingConfiguration).flatMap((processor) => {
    const query = parameterOf(processor, "MetadataExtractionQuery");
    const extracts = processor.Type === "MetadataExtraction" && query !== undefined;
    return extracts ? [{ type: "extract-metadata", options: { query } }] : [];
  });
  const query = queryOf(settings);
  if (query !== undefined) processors.push({ type: "extract-metadata", options: { query } });
  const { "partition-time": field, "partition-time-format": format = "auto" } = settings;
  if (field !== undefined) {
    const missing = settings["partition-time-missing"] === "arrival" ? "arrival" : "reject";
    const zone = settings["partition-time-zone"] ?? timeZone;
    processors.push({ type: "partition-time", options: { field, format, timeZone: zone, missing } });
  }
  return processors;
}

/** Keys that settings of the stream extract, beside those of its MetadataExtraction. */
export function settingKeys(settings: StreamSettings): readonly string[] {
  return (settings["partition-keys"] ?? []).flatMap(({ name, path }) => (path === undefined ? [] : [name]));
}

function keyOf(name: string, settings: StreamSettings): PartitionKey {
  const said = settings["partition-keys"]?.find((key) => name === `query:${key.name}` || name === `lambda:${key.name}`);
  return {
    name,
    ...(said?.format === undefined ? {} : { format: said.format }),
    ...(said?.default === undefined ? {} : { default: said.default }),
  };
}

/** A jq query for the paths of the settings: `{"a": (."b"."c" // "none")}`. */
function queryOf(settings: StreamSettings): string | undefined {
  const members = (settings["partition-keys"] ?? []).flatMap(({ name, path, default: otherwise }) => {
    if (path === undefined) return [];
    const value = path.map((one) => `.${JSON.stringify(one)}`).join("");
    return [
      `${JSON.stringify(name)}: ${otherwise === undefined ? value : `(${value} // ${JSON.stringify(otherwise)})`}`,
    ];
  });
  return members.length === 0 ? undefined : `{${members.join(", ")}}`;
}

function eventTimeOf(settings: StreamSettings, timeZone: string): EventTimePartition | undefined {
  if (settings["partition-time"] === undefined) return undefined;
  const late = policyOf(settings["late-after"], settings.late, settings["late-prefix"] ?? "late/");
  const future = policyOf(settings["future-after"], settings.future, settings["future-prefix"] ?? "future/");
  const closeAfterMs = settings["partition-close-after"];
  return {
    timeZone: settings["partition-time-zone"] ?? timeZone,
    ...(late ? { late } : {}),
    ...(future ? { future } : {}),
    ...(closeAfterMs === undefined ? {} : { closeAfterMs }),
  };
}

function policyOf(
  afterMs: number | undefined,
  to: "error" | "prefix" | undefined,
  prefix: string,
): LatenessPolicy | undefined {
  if (afterMs === undefined) return undefined;
  return to === "prefix" ? { afterMs, to, prefix } : { afterMs, to: "error-output" };
}
