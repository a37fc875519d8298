import { kinesisSource } from "../../sources/kinesis/kinesis-source.ts";
import type { JsonObject } from "../../std/json.ts";
import { triggerOfSource } from "../from-source.ts";
import type { TriggerKind } from "../trigger-kind.ts";

/** Records in one call (Lambda, event source mappings for Kinesis). */
const RECORDS_IN_A_CALL = 100;

export const kinesisTrigger: TriggerKind = triggerOfSource(kinesisSource, {
  description:
    "Records of a Kinesis data stream, as AWS Lambda hands them over, aggregates unopened. In the order of each shard, or of each partition key with `parallelizationFactor`, through splits and merges. The options `record` and `deaggregate` have no meaning here.",
  events: {
    batchSize: RECORDS_IN_A_CALL,
    keyOf: (event) => String(kinesisOf(event).partitionKey),
    idOf: (event) => String(kinesisOf(event).sequenceNumber),
  },
});

function kinesisOf({ kinesis }: JsonObject): JsonObject {
  return kinesis as JsonObject;
}
