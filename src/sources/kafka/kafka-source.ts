import { connectionOptions, explained } from "../../model/kafka/kafka-cluster.ts";
import {
  anySourceKind,
  type ReadUpstream,
  type SourceComponents,
  type SourceKind,
  type SourceRun,
} from "../source-kind.ts";
import { GroupMember } from "./group-member.ts";
import { type KafkaOptions, kafkaOptions } from "./kafka-options.ts";
import { recordShaper } from "./record-shaper.ts";
import { RegistryClient } from "./schema-registry/registry-client.ts";
import { SchemaDecoders } from "./schema-registry/schema-decoders.ts";

/**
 * Topics of Apache Kafka and what speaks its protocol. Positions are ours: the offset behind the last record stands in the
 * log, stored with the records, and the offsets of the consumer group only say where another server goes on that takes a
 * partition over. The group is there to share partitions among servers.
 */
export const kafkaSource: SourceKind = anySourceKind<KafkaOptions>({
  name: "kafka",
  description:
    "Topics of Kafka, as a member of a consumer group, with or without a schema registry. Counts `tombstonesSkipped`, `recordsUndecodable`, `keysUndecodable`, `recordsTooLarge`, `offsetsOutOfRange`, `recordsMissing`, `topicsRecreated` and `commitFailures`; measures `recordsLagMax`, `recordsLag`, `recordsLag.TOPIC.PARTITION` (of at most 50) and `partitionsAssigned`.",
  guarantee:
    "Exactly once, by offset, on one server. When servers share a group, a partition that changes hands is read on from what the group has committed: exactly once after an orderly hand-over, at least once after a crash.",
  options: kafkaOptions,
  upstream: ({ brokers, topics }) =>
    `${"pattern" in topics ? `topics like ${topics.pattern}` : `topics ${topics.join(", ")}`} of ${brokers.join(", ")}`,
  create: readKafka,
});

function decodersOf(
  { decode }: KafkaOptions,
  { signal }: SourceRun,
  readSecret: SourceComponents["readSecret"],
): SchemaDecoders | undefined {
  if (decode === undefined) return undefined;
  const { schemaRegistry: url, user: name, password } = decode;
  const user = name === undefined || password === undefined ? {} : { user: { name, password: readSecret(password) } };
  return new SchemaDecoders(new RegistryClient({ url, signal, ...user }));
}

function readKafka({ clock, readSecret }: SourceComponents): ReadUpstream<KafkaOptions> {
  return async (options, run) => {
    const library = await import("@platformatic/kafka");
    const connection = connectionOptions(options, `lakehose-${run.source}`, readSecret);
    const group = options.group ?? `lakehose-${run.source}`;
    const shaper = recordShaper(options, run, decodersOf(options, run, readSecret));
    try {
      while (!run.signal.aborted) {
        await new GroupMember({ library, connection, options, group, shaper, run, clock }).read();
      }
    } catch (error) {
      throw explained(error);
    }
  };
}
