import { dynamodbStreamsSource } from "../../sources/dynamodb-streams/dynamodb-streams-source.ts";
import type { JsonObject } from "../../std/json.ts";
import { triggerOfSource } from "../from-source.ts";
import type { TriggerKind } from "../trigger-kind.ts";

/** Changes in one call (Lambda, event source mappings for DynamoDB). */
const CHANGES_IN_A_CALL = 100;

export const dynamodbStreamsTrigger: TriggerKind = triggerOfSource(dynamodbStreamsSource, {
  description:
    "Changes of a table of Amazon DynamoDB, as AWS Lambda hands them over. In the order of each shard, or of each item with `parallelizationFactor`. The option `record` has no meaning here.",
  events: {
    batchSize: CHANGES_IN_A_CALL,
    keyOf: (event) => itemOf(changeOf(event)),
    idOf: (event) => String(changeOf(event).SequenceNumber),
  },
});

function changeOf({ dynamodb }: JsonObject): JsonObject {
  return dynamodb as JsonObject;
}

/** DynamoDB does not say in which order it names the members of a key. */
function itemOf({ Keys }: JsonObject): string {
  return JSON.stringify(Object.entries(Keys as JsonObject).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
