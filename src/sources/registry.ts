import { dynamodbStreamsSource } from "./dynamodb-streams/dynamodb-streams-source.ts";
import { kinesisSource } from "./kinesis/kinesis-source.ts";
import { anySourceKind, type SourceKind } from "./source-kind.ts";

/** Every kind of upstream that is read from, in the order of the alphabet. */
export const sourceKinds: readonly SourceKind[] = [anySourceKind(dynamodbStreamsSource), anySourceKind(kinesisSource)];
