import type { JsonObject, JsonValue } from "../../std/json.ts";
import { isObject, normaliseDestination } from "./normalise.ts";

/**
 * UpdateDestination on a destination of the same kind (reference 1.8): members that are not named keep their values.
 * Below the top most members are replaced whole; those that AWS merges are named here.
 */
export function mergeDestination(current: JsonObject, update: JsonObject): JsonObject {
  const merged: JsonObject = { ...current };
  for (const [updateName, value] of Object.entries(update)) {
    const name = configurationMember(updateName);
    merged[name] = mergeMember(name, current[name], value);
  }
  return normaliseDestination(merged);
}

/** An update in the words of a configuration: for a change to another kind, where nothing is merged. */
export function updateAsConfiguration(update: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(update).map(([name, value]) => [configurationMember(name), value]));
}

function configurationMember(name: string): string {
  if (name === "S3Update") return "S3Configuration";
  return name === "S3BackupUpdate" ? "S3BackupConfiguration" : name;
}

function mergeMember(name: string, current: JsonValue | undefined, update: JsonValue): JsonValue {
  if (!isObject(current) || !isObject(update)) return update;
  switch (name) {
    case "S3Configuration":
    case "S3BackupConfiguration":
      return mergeDestination(current, update);
    case "BufferingHints":
    case "DynamicPartitioningConfiguration":
      return { ...current, ...update };
    case "DataFormatConversionConfiguration":
      return mergeConversion(current, update);
    case "ProcessingConfiguration":
      // The list is replaced, leaving it out clears it; only `Enabled` is inherited.
      return { Enabled: current.Enabled ?? false, ...update };
    default:
      return update;
  }
}

/** Member by member, the schema too; a SerDe is a choice and therefore replaced. */
function mergeConversion(current: JsonObject, update: JsonObject): JsonObject {
  const merged: JsonObject = { ...current, ...update };
  if (isObject(current.SchemaConfiguration) && isObject(update.SchemaConfiguration)) {
    merged.SchemaConfiguration = { ...current.SchemaConfiguration, ...update.SchemaConfiguration };
  }
  return merged;
}
