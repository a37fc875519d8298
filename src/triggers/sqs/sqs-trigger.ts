import { sqsSource } from "../../sources/sqs/sqs-source.ts";
import { triggerOfSource } from "../from-source.ts";
import type { TriggerKind } from "../trigger-kind.ts";

/** Messages in one call (Lambda, event source mappings for SQS). */
const MESSAGES_IN_A_CALL = 10;

export const sqsTrigger: TriggerKind = triggerOfSource(sqsSource, {
  description:
    "Messages of a queue of Amazon SQS, as AWS Lambda hands them over. Those that are taken are deleted; the others come again when their visibility timeout is over, as often as the queue's redrive policy says. The option `record` has no meaning here.",
  events: { batchSize: MESSAGES_IN_A_CALL, unordered: true, idOf: ({ messageId }) => String(messageId) },
});
