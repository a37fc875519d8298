import type { JsonObject } from "../../std/json.ts";
import type { StreamDocument } from "../../streams/streams.ts";
import type { Operation } from "../protocol/operation.ts";
import { checkShape } from "../protocol/shape.ts";
import { authorizeStream, type ControlContext, requireStream } from "./control-context.ts";
import { fromDeclared } from "./declared.ts";
import { describeDestination } from "./describe-destination.ts";
import { isObject } from "./normalise.ts";
import { describeDeliveryStreamRequest } from "./shapes/requests.ts";

/**
 * DescribeDeliveryStream request  => DeliveryStreamName, Limit?, ExclusiveStartDestinationId?
 * DescribeDeliveryStream response => DeliveryStreamDescription
 *
 * A stream has one destination, which is told whatever the cursor says (reference 1.4).
 */
export function describeDeliveryStream({ streams }: ControlContext): Operation {
  return {
    target: "Firehose_20150804.DescribeDeliveryStream",
    service: "firehose",
    handle(request) {
      const input = checkShape(describeDeliveryStreamRequest, request.json());
      authorizeStream(request, input.DeliveryStreamName);
      return { DeliveryStreamDescription: describe(requireStream(streams, input.DeliveryStreamName)) };
    },
  };
}

function describe(document: StreamDocument): JsonObject {
  const declared = fromDeclared(document.declared);
  const description: JsonObject = {
    DeliveryStreamName: document.name,
    DeliveryStreamARN: document.arn,
    DeliveryStreamStatus: document.status,
    DeliveryStreamType: document.type,
    VersionId: document.versionId,
    CreateTimestamp: document.createdAt / 1000,
    Destinations: [describeDestination(declared)],
    HasMoreDestinations: false,
  };
  const { failure } = document;
  if (failure !== undefined) description.FailureDescription = { Type: failure.type, Details: failure.details };
  if (document.updatedAt !== undefined) description.LastUpdateTimestamp = document.updatedAt / 1000;
  if (document.type === "DirectPut") description.DeliveryStreamEncryptionConfiguration = describeEncryption(document);
  const source = describeSource(document, declared.sources);
  if (source !== undefined) description.Source = source;
  return description;
}

function describeEncryption({ encryption }: StreamDocument): JsonObject {
  if (encryption.status === "DISABLED") return { Status: "DISABLED" };
  return {
    Status: encryption.status,
    ...(encryption.keyType === undefined ? {} : { KeyType: encryption.keyType }),
    ...(encryption.keyArn === undefined ? {} : { KeyARN: encryption.keyArn }),
  };
}

const SOURCE_MEMBERS: Readonly<Record<StreamDocument["type"], readonly [string, string]>> = {
  DirectPut: ["DirectPutSourceConfiguration", "DirectPutSourceDescription"],
  KinesisStreamAsSource: ["KinesisStreamSourceConfiguration", "KinesisStreamSourceDescription"],
  MSKAsSource: ["MSKSourceConfiguration", "MSKSourceDescription"],
  DatabaseAsSource: ["DatabaseSourceConfiguration", "DatabaseSourceDescription"],
};

function describeSource(document: StreamDocument, sources: JsonObject): JsonObject | undefined {
  const [configured, described] = SOURCE_MEMBERS[document.type];
  const source = sources[configured];
  if (!isObject(source)) return undefined;
  const pulls = document.type === "KinesisStreamAsSource" || document.type === "MSKAsSource";
  // Reading begins where the source was when the stream was created (reference 3).
  const start: JsonObject = pulls ? { DeliveryStartTimestamp: document.createdAt / 1000 } : {};
  return { [described]: { ...source, ...start } };
}
