import { destinationKinds } from "../../api/firehose/destination-kinds.ts";
import { isObject } from "../../api/firehose/normalise.ts";
import type { JsonObject, JsonValue } from "../../std/json.ts";
import type { ImportNotes } from "./imported.ts";

/**
 * A DeliveryStreamDescription, as DescribeDeliveryStream answers it, in the words of CreateDeliveryStream: what the stream
 * was told, without what the service says about it (ARN, state, version, times).
 */
export function fromDescription(description: JsonObject, at: string, notes: ImportNotes): JsonObject {
  const request: JsonObject = { DeliveryStreamName: description.DeliveryStreamName ?? null };
  if (description.DeliveryStreamType !== undefined) request.DeliveryStreamType = description.DeliveryStreamType;
  if (isObject(description.Source)) Object.assign(request, sourceOf(description.Source));
  const encryption = encryptionOf(description.DeliveryStreamEncryptionConfiguration);
  if (encryption !== undefined) request.DeliveryStreamEncryptionConfigurationInput = encryption;
  const [destination] = Array.isArray(description.Destinations) ? description.Destinations : [];
  if (isObject(destination)) Object.assign(request, destinationOf(destination, at, notes));
  notes.add("lost", `${at}.Tags`, "DescribeDeliveryStream does not tell tags; ListTagsForDeliveryStream does");
  return request;
}

/** A name of a description, and what the request calls it. */
const SOURCES: Readonly<Record<string, string>> = {
  DirectPutSourceDescription: "DirectPutSourceConfiguration",
  KinesisStreamSourceDescription: "KinesisStreamSourceConfiguration",
  MSKSourceDescription: "MSKSourceConfiguration",
  DatabaseSourceDescription: "DatabaseSourceConfiguration",
};

/** From when on AWS has read is of no use to a stream that begins here. */
const SOURCE_FACTS = ["DeliveryStartTimestamp", "SnapshotInfo"];

function sourceOf(source: JsonObject): JsonObject {
  const named = Object.entries(source).map(([name, value]): [string, JsonValue] => {
    return [SOURCES[name] ?? name, isObject(value) ? without(value, SOURCE_FACTS) : value];
  });
  return Object.fromEntries(named);
}

function encryptionOf(encryption: JsonValue | undefined): JsonObject | undefined {
  if (!isObject(encryption)) return undefined;
  if (encryption.Status !== "ENABLED" && encryption.Status !== "ENABLING") return undefined;
  const { KeyType = "AWS_OWNED_CMK", KeyARN } = encryption;
  return { KeyType, ...(KeyARN !== undefined && { KeyARN }) };
}

const PARTS: Readonly<Record<string, string>> = {
  S3BackupDescription: "S3BackupConfiguration",
  S3DestinationDescription: "S3Configuration",
  VpcConfigurationDescription: "VpcConfiguration",
};

/** An S3 stream is described twice; the longer description has all of the shorter one. */
function destinationOf(destination: JsonObject, at: string, notes: ImportNotes): JsonObject {
  for (const { description, configurations, secrets } of Object.values(destinationKinds)) {
    const described = destination[description];
    const [configuration] = configurations;
    if (!isObject(described) || configuration === undefined) continue;
    const place = `${at}.${configuration}`;
    for (const secret of secrets) notes.add("to-do", `${place}.${secret}`, "AWS never tells it: add it by hand");
    return { [configuration]: configured(described) };
  }
  const { S3DestinationDescription: plain } = destination;
  return isObject(plain) ? { S3DestinationConfiguration: configured(plain) } : {};
}

function configured(part: JsonObject): JsonObject {
  const members = Object.entries(part).map(([name, value]): [string, JsonValue] => {
    const member = isObject(value) ? configured(value) : value;
    if (name === "VpcConfigurationDescription" && isObject(member))
      return [PARTS[name] ?? name, without(member, ["VpcId"])];
    return [PARTS[name] ?? name, member];
  });
  return Object.fromEntries(members);
}

function without(value: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
}
