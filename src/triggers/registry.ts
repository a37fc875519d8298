import { dynamodbStreamsTrigger } from "./dynamodb-streams/dynamodb-streams-trigger.ts";
import { kinesisTrigger } from "./kinesis/kinesis-trigger.ts";
import { objectCreatedTrigger, objectDeliveredTrigger } from "./objects/object-triggers.ts";
import { scheduleTrigger } from "./schedule/schedule-trigger.ts";
import { sqsTrigger } from "./sqs/sqs-trigger.ts";
import type { TriggerKind } from "./trigger-kind.ts";

/** Every kind of event that a trigger may wait for, in the order of the alphabet. */
export const triggerKinds: readonly TriggerKind[] = [
  dynamodbStreamsTrigger,
  kinesisTrigger,
  objectCreatedTrigger,
  objectDeliveredTrigger,
  scheduleTrigger,
  sqsTrigger,
];
