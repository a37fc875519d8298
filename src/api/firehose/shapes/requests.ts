import { boolean, integer, list, string, structure } from "../../protocol/shape.ts";
import { deliveryStreamName, deliveryStreamType, destinationId, encryptionInput, tagKey, tagList } from "./common.ts";
import { destinationConfigurations, destinationUpdates } from "./destinations.ts";
import {
  databaseSourceConfiguration,
  directPutSourceConfiguration,
  kinesisStreamSourceConfiguration,
  mskSourceConfiguration,
} from "./sources.ts";

/** The requests of all operations but the two puts, which have files of their own (reference 1.2, 1.3). */

export const createDeliveryStreamRequest = structure(
  {
    DeliveryStreamName: deliveryStreamName,
    DeliveryStreamType: deliveryStreamType,
    DirectPutSourceConfiguration: directPutSourceConfiguration,
    KinesisStreamSourceConfiguration: kinesisStreamSourceConfiguration,
    MSKSourceConfiguration: mskSourceConfiguration,
    DatabaseSourceConfiguration: databaseSourceConfiguration,
    DeliveryStreamEncryptionConfigurationInput: encryptionInput,
    Tags: tagList,
    ...destinationConfigurations,
  },
  ["DeliveryStreamName"],
);

export const updateDestinationRequest = structure(
  {
    DeliveryStreamName: deliveryStreamName,
    CurrentDeliveryStreamVersionId: string({ min: 1, max: 50, pattern: "[0-9]+" }),
    DestinationId: destinationId,
    ...destinationUpdates,
  },
  ["DeliveryStreamName", "CurrentDeliveryStreamVersionId", "DestinationId"],
);

export const deleteDeliveryStreamRequest = structure(
  { DeliveryStreamName: deliveryStreamName, AllowForceDelete: boolean() },
  ["DeliveryStreamName"],
);

export const describeDeliveryStreamRequest = structure(
  {
    DeliveryStreamName: deliveryStreamName,
    Limit: integer({ min: 1, max: 10_000 }),
    ExclusiveStartDestinationId: destinationId,
  },
  ["DeliveryStreamName"],
);

export const listDeliveryStreamsRequest = structure({
  Limit: integer({ min: 1, max: 10_000 }),
  DeliveryStreamType: deliveryStreamType,
  ExclusiveStartDeliveryStreamName: deliveryStreamName,
});

export const tagDeliveryStreamRequest = structure({ DeliveryStreamName: deliveryStreamName, Tags: tagList }, [
  "DeliveryStreamName",
  "Tags",
]);

export const untagDeliveryStreamRequest = structure(
  { DeliveryStreamName: deliveryStreamName, TagKeys: list(tagKey, { min: 1, max: 50 }) },
  ["DeliveryStreamName", "TagKeys"],
);

export const listTagsForDeliveryStreamRequest = structure(
  {
    DeliveryStreamName: deliveryStreamName,
    ExclusiveStartTagKey: tagKey,
    Limit: integer({ min: 1, max: 50 }),
  },
  ["DeliveryStreamName"],
);

export const startDeliveryStreamEncryptionRequest = structure(
  { DeliveryStreamName: deliveryStreamName, DeliveryStreamEncryptionConfigurationInput: encryptionInput },
  ["DeliveryStreamName"],
);

export const stopDeliveryStreamEncryptionRequest = structure({ DeliveryStreamName: deliveryStreamName }, [
  "DeliveryStreamName",
]);
