import type { JsonObject, JsonValue } from "../../std/json.ts";
import type { DeclaredStream } from "./declared.ts";
import { DESTINATION_ID } from "./declared.ts";
import { destinationKinds } from "./destination-kinds.ts";
import { isObject } from "./normalise.ts";
import { parameterOf } from "./processors.ts";
import { isConverting } from "./validation/conversion-problems.ts";
import type { ExtendedS3Configuration, Processor } from "./wire-types.ts";

/**
 * The one destination as DescribeDeliveryStream tells it (reference 1.4): defaults filled in, parts renamed, secrets left
 * out. An S3 stream is described twice, as S3 and as ExtendedS3, however it was created.
 */
export function describeDestination(stream: DeclaredStream): JsonObject {
  const kind = destinationKinds[stream.kind];
  const described = describeParts(stream.destination, kind.defaults, kind.secrets);
  if (stream.kind !== "ExtendedS3") return { DestinationId: DESTINATION_ID, [kind.description]: described };
  const extended = { ...described, ...describeS3(stream.destination) };
  return {
    DestinationId: DESTINATION_ID,
    S3DestinationDescription: describeS3(stream.destination),
    ExtendedS3DestinationDescription: extended,
  };
}

/** Size and interval of an S3 part in force: what was given over what AWS takes (reference 2.1, appendix A). */
export function bufferingHintsOf(part: JsonObject): { readonly SizeInMBs: number; readonly IntervalInSeconds: number } {
  const destination = part as unknown as ExtendedS3Configuration;
  const large = isConverting(destination) || destination.DynamicPartitioningConfiguration?.Enabled === true;
  return { SizeInMBs: large ? 128 : 5, IntervalInSeconds: 300, ...destination.BufferingHints };
}

const S3_MEMBERS = ["RoleARN", "BucketARN", "Prefix", "ErrorOutputPrefix"] as const;

function describeS3(part: JsonObject): JsonObject {
  const described: JsonObject = {};
  for (const name of S3_MEMBERS) if (part[name] !== undefined) described[name] = part[name];
  return {
    ...described,
    BufferingHints: { ...bufferingHintsOf(part) },
    CompressionFormat: part.CompressionFormat ?? "UNCOMPRESSED",
    EncryptionConfiguration: part.EncryptionConfiguration ?? { NoEncryptionConfig: "NoEncryption" },
    CloudWatchLoggingOptions: part.CloudWatchLoggingOptions ?? { Enabled: false },
  };
}

function describeParts(destination: JsonObject, defaults: JsonObject, secrets: readonly string[]): JsonObject {
  const described: JsonObject = { ...defaults };
  for (const [name, value] of Object.entries(withoutSecrets(destination, secrets))) {
    const [describedName, describedValue] = describeMember(name, value, destination);
    described[describedName] = describedValue;
  }
  if (isObject(defaults.BufferingHints) && isObject(destination.BufferingHints)) {
    described.BufferingHints = { ...defaults.BufferingHints, ...destination.BufferingHints };
  }
  return described;
}

function describeMember(name: string, value: JsonValue, destination: JsonObject): [string, JsonValue] {
  if (!isObject(value)) return [name, value];
  switch (name) {
    case "S3Configuration":
      return ["S3DestinationDescription", describeS3(value)];
    case "S3BackupConfiguration":
      return ["S3BackupDescription", describeS3(value)];
    case "VpcConfiguration":
      return ["VpcConfigurationDescription", value];
    case "ProcessingConfiguration":
      return [name, describeProcessing(value, destination.RoleARN)];
    default:
      return [name, value];
  }
}

function describeProcessing(processing: JsonObject, roleArn: JsonValue | undefined): JsonObject {
  const { Processors } = processing;
  if (!Array.isArray(Processors)) return processing;
  const described = Processors.map((processor) => {
    if (!isObject(processor) || processor.Type !== "Lambda") return processor;
    return describeLambda(processor as unknown as Processor, roleArn);
  });
  return { ...processing, Processors: described };
}

/** A Lambda processor always shows all five parameters, in this order (reference 4.2). */
function describeLambda(processor: Processor, roleArn: JsonValue | undefined): JsonObject {
  const values: [string, JsonValue | undefined][] = [
    ["LambdaArn", parameterOf(processor, "LambdaArn")],
    ["NumberOfRetries", parameterOf(processor, "NumberOfRetries") ?? "3"],
    ["RoleArn", parameterOf(processor, "RoleArn") ?? roleArn],
    ["BufferSizeInMBs", parameterOf(processor, "BufferSizeInMBs") ?? "1"],
    ["BufferIntervalInSeconds", parameterOf(processor, "BufferIntervalInSeconds") ?? "60"],
  ];
  const parameters = values.flatMap(([ParameterName, ParameterValue]) =>
    ParameterValue === undefined ? [] : [{ ParameterName, ParameterValue }],
  );
  return { Type: "Lambda", Parameters: parameters };
}

function withoutSecrets(destination: JsonObject, secrets: readonly string[]): JsonObject {
  const shown = structuredClone(destination);
  for (const path of secrets) {
    const names = path.split(".");
    const last = names.pop() ?? "";
    let owner: JsonValue | undefined = shown;
    for (const name of names) owner = isObject(owner) ? owner[name] : undefined;
    if (isObject(owner)) delete owner[last];
  }
  return shown;
}
