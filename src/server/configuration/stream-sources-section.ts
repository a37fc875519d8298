import { z } from "zod";
import type { StreamUpstreams } from "../../api/firehose/source-of-stream.ts";
import { kafkaClusterShape } from "../../sources/kafka/kafka-options.ts";
import { kinesisPlaceShape } from "../../sources/kinesis/kinesis-options.ts";
import { matchesGlob } from "../../std/glob.ts";
import type { JsonObject } from "../../std/json.ts";

/** `streamSources:` of the configuration: where that is reached which delivery streams name as their source. */
export const streamSourcesSection = z
  .strictObject({
    kafka: z
      .record(z.string().min(1), z.strictObject(kafkaClusterShape))
      .default({})
      .meta({
        description:
          "Kafka clusters by ARN, for streams of the type MSKAsSource. The first ARN with `*` and `?` that matches counts; brokers, TLS, password and how records are read as in a source of the kind `kafka`.",
        examples: [{ "arn:aws:kafka:*:*:cluster/orders/*": { brokers: ["127.0.0.1:9092"] } }],
      }),
    kinesis: z
      .record(z.string().min(1), z.strictObject(kinesisPlaceShape))
      .default({})
      .meta({
        description:
          "Kinesis data streams by ARN, for streams of the type KinesisStreamAsSource. The first ARN with `*` and `?` that matches counts; endpoint, region, key and poll interval are as in a source of the kind `kinesis`. A stream that none matches is read from AWS.",
        examples: [{ "arn:aws:kinesis:*:*:stream/*": { endpoint: "http://127.0.0.1:4567" } }],
      }),
  })
  .prefault({})
  .meta({ description: "Where the sources are reached that CreateDeliveryStream names by ARN." });

export type StreamSources = z.output<typeof streamSourcesSection>;

export function streamUpstreams({ kafka, kinesis }: StreamSources): StreamUpstreams {
  return {
    kafkaCluster: (arn) => firstMatch(kafka, arn),
    kinesisStream: (arn) => firstMatch(kinesis, arn) ?? {},
  };
}

function firstMatch(reached: Readonly<Record<string, object>>, arn: string): JsonObject | undefined {
  return Object.entries(reached).find(([glob]) => matchesGlob(glob, arn))?.[1] as JsonObject | undefined;
}
