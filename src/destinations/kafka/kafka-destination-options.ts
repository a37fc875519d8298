import { z } from "zod";
import { namedKafkaConnectionShape } from "../../model/kafka/kafka-cluster.ts";
import { recordFactsSchema } from "../record-facts.ts";
import { recordTextSchema } from "../record-text.ts";

/** Names of topics are this long (Kafka's own check of names), less what a prefix needs. */
const TOPIC = /^[A-Za-z0-9._-]{1,249}$/;

const topicName = z.string().regex(TOPIC, {
  error: "expected a topic: 1 to 249 letters, digits, dots, dashes and underscores",
});

const topicFromRecord = z
  .strictObject({
    from: recordTextSchema("topic"),
    prefix: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,200}$/, { error: "expected 1 to 200 letters, digits, dots, dashes and underscores" })
      .optional()
      .meta({ description: "Stands before what the record says.", examples: ["orders."] }),
    allowed: z
      .array(topicName)
      .min(1)
      .max(1_000)
      .optional()
      .meta({ description: "The topics that there may be, whole names.", examples: [["orders.eu", "orders.us"]] }),
    otherwise: topicName.optional().meta({
      description: "Topic of records that name none, or one that is not allowed. Default: they go to the error output.",
    }),
  })
  .refine(({ prefix, allowed }) => prefix !== undefined || allowed !== undefined, {
    error:
      "expected prefix or allowed beside from: whoever writes records must not choose among all topics of the cluster",
  });

export const kafkaDestinationOptions = z
  .strictObject({
    ...namedKafkaConnectionShape,
    topic: z.union([topicName, topicFromRecord]).meta({
      description: "Topic, or where a record says it. Topics are not made: they have to be there.",
      examples: ["orders"],
    }),
    key: recordTextSchema("key")
      .optional()
      .meta({
        description:
          "Where a record says its key, which decides its partition as Java's clients do (murmur2). Default, and for records that say none: no key, and partitions take turns.",
        examples: [{ field: "customer.id" }],
      }),
    headers: recordFactsSchema("headers", z.string().min(1).max(1_000), 50),
    compression: z
      .enum(["none", "gzip", "snappy", "lz4", "zstd"])
      .default("none")
      .meta({ description: "Of the batches that are sent.", examples: ["zstd"] }),
    receiptsTopic: topicName.default("lakehose-receipts").meta({
      description:
        "Compacted topic that says which parcels are there, written in the transaction of their records. Made where it is missing; many deliveries may share it.",
    }),
    transactionalIdPrefix: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,100}$/, { error: "expected 1 to 100 letters, digits, dots, dashes and underscores" })
      .default("lakehose")
      .meta({ description: "Begin of the transactional id; the rest names stream and delivery." }),
  })
  .meta({ examples: [{ brokers: ["127.0.0.1:9092"], topic: "orders", key: { field: "customer.id" } }] });

export type KafkaDestinationOptions = z.output<typeof kafkaDestinationOptions>;

/** Of those that say how the cluster is reached. */
export const kafkaConnectionOptions = Object.keys(namedKafkaConnectionShape);

export function isTopicName(text: string): boolean {
  return TOPIC.test(text);
}
