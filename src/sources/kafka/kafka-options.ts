import { z } from "zod";
import { kafkaConnectionShape } from "../../model/kafka/kafka-cluster.ts";
import { secretSchema } from "../../model/secret.ts";
import { recordShapeSchema } from "../envelope.ts";

/** How a cluster is reached, and how it is read: what a declared source and a stream that reads from MSK have in common. */

const MEBIBYTE = 1024 * 1024;

const decodeSchema = z
  .strictObject({
    schemaRegistry: z
      .url({ protocol: /^https?$/ })
      .meta({ description: "Address of the registry.", examples: ["http://127.0.0.1:8081"] }),
    user: z.string().min(1).optional().meta({ description: "User, for registries that ask for one." }),
    password: secretSchema("Password of that user.").optional(),
    keys: z
      .boolean()
      .default(false)
      .meta({
        description: "Whether keys are written with a schema too; they stand in the envelope.",
        examples: [true],
      }),
    undecodable: z
      .enum(["envelope", "bytes"])
      .default("envelope")
      .meta({
        description:
          "What becomes of a record that cannot be decoded, beside a warning and a count: an envelope that holds it as it is and has the reason as `undecodable`, or its bytes alone.",
        examples: ["bytes"],
      }),
  })
  .refine(({ user, password }) => (user === undefined) === (password === undefined), {
    error: "expected user and password together, got one of them",
  })
  .optional()
  .meta({
    description:
      "Turns values that are written with a schema registry (Avro, Protobuf, JSON Schema) into JSON. Tombstones stay what they are.",
    examples: [{ schemaRegistry: "http://127.0.0.1:8081" }],
  });

export const kafkaClusterShape = {
  ...kafkaConnectionShape,
  record: recordShapeSchema,
  tombstones: z
    .enum(["skip", "envelope"])
    .default("skip")
    .meta({
      description:
        "Records without value: left out and counted, or kept as an envelope with `null` as value, whatever `record` says.",
      examples: ["envelope"],
    }),
  decode: decodeSchema,
  outOfRange: z
    .enum(["earliest", "fail"])
    .default("earliest")
    .meta({
      description:
        "When the topic no longer has what comes next, because its retention was shorter than the pause: go on at the earliest record that is left, with a warning and a count of what is missing, or wait and say so.",
      examples: ["fail"],
    }),
  fetchBytes: z
    .int()
    .min(64 * 1024)
    .max(256 * MEBIBYTE)
    .default(8 * MEBIBYTE)
    .meta({
      description:
        "Most bytes of one answer of a broker, as they are compressed. A single batch that is larger comes whole. Up to two answers of each broker are in memory.",
      examples: [8 * MEBIBYTE],
    }),
};

const topicName = z.string().regex(/^[A-Za-z0-9._-]{1,249}$/, {
  error: "expected a topic: 1 to 249 letters, digits, dots, dashes and underscores",
});

const topicsSchema = z
  .union([
    z.array(topicName).min(1).max(1_000),
    z.strictObject({
      pattern: z
        .string()
        .min(1)
        .max(500)
        .refine(isPattern, { error: "expected a regular expression" })
        .meta({ description: "Regular expression that whole names of topics have to match." }),
    }),
  ])
  .meta({
    description:
      "Topics by name, or all that match a pattern, new ones within a minute. Topics of Kafka's own (`__…`) never match.",
    examples: [["orders"]],
  });

const startSchema = z
  .union([
    z.enum(["earliest", "latest"]),
    z.strictObject({
      time: z.iso
        .datetime({ offset: true })
        .meta({ description: "First records with this timestamp or a later one.", examples: ["2026-11-01T00:00:00Z"] }),
    }),
  ])
  .default("earliest")
  .meta({
    description:
      "Where a partition begins that neither this server nor the group has read before: `earliest`, `latest`, or `{ time: … }`. Partitions that are added while the source reads are read from their beginning.",
    examples: ["latest"],
  });

export const kafkaOptions = z
  .strictObject({
    ...kafkaClusterShape,
    topics: topicsSchema,
    group: z
      .string()
      .regex(/^\S{1,200}$/, { error: "expected 1 to 200 characters without space" })
      .optional()
      .meta({
        description:
          "Consumer group. Servers with the same group share the partitions. Default: `lakehose-` and the source's name.",
        examples: ["lakehose"],
      }),
    start: startSchema,
  })
  .meta({ examples: [{ brokers: ["127.0.0.1:9092"], topics: ["orders"] }] });

export type KafkaOptions = z.output<typeof kafkaOptions>;

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
