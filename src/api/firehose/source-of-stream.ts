import type { SourceDefinition } from "../../sources/source-definition.ts";
import type { JsonObject } from "../../std/json.ts";
import { StreamError } from "../../streams/stream-error.ts";
import type { StreamDocument } from "../../streams/streams.ts";
import { fromDeclared } from "./declared.ts";

/** Where that is reached which streams name by ARN; the configuration says it. */
export interface StreamUpstreams {
  /** Options of the kind `kafka` for an MSK cluster; `undefined` where the configuration says nothing of it. */
  kafkaCluster(arn: string): JsonObject | undefined;
  /** Options of the kind `kinesis` for a data stream; none where the configuration says nothing of it: it is AWS's then. */
  kinesisStream(arn: string): JsonObject;
}

type SourcedStream = Pick<StreamDocument, "name" | "uid" | "type" | "declared" | "createdAt">;

/** Wire names end here. What stands in it has passed the shape of the request. */
interface MskSource {
  readonly MSKClusterARN: string;
  readonly TopicName: string;
  /** Seconds since 1970. */
  readonly ReadFromTimestamp?: number;
}

interface KinesisStreamSource {
  readonly KinesisStreamARN: string;
}

/**
 * The source that came with a stream; `undefined` where producers put the records. Throws `StreamError` `invalid` that says
 * what the configuration lacks.
 */
export function sourceOfStream(stream: SourcedStream, upstreams: StreamUpstreams): SourceDefinition | undefined {
  const upstream = upstreamOf(stream, upstreams);
  if (upstream === undefined) return undefined;
  return { name: `stream.${stream.name}`, stream: stream.name, description: "", enabled: true, ...upstream };
}

function upstreamOf(
  stream: SourcedStream,
  upstreams: StreamUpstreams,
): Pick<SourceDefinition, "kind" | "options"> | undefined {
  const { sources } = fromDeclared(stream.declared);
  if (stream.type === "MSKAsSource") {
    return kafkaTopic(stream, sources.MSKSourceConfiguration as unknown as MskSource, upstreams);
  }
  if (stream.type === "KinesisStreamAsSource") {
    return kinesisStream(stream, sources.KinesisStreamSourceConfiguration as unknown as KinesisStreamSource, upstreams);
  }
  return undefined;
}

/**
 * Reading begins with what arrived when the stream was created (reference 3). Aggregates are opened by the delivery, before
 * anything that is declared.
 */
function kinesisStream(
  { createdAt }: SourcedStream,
  { KinesisStreamARN: arn }: KinesisStreamSource,
  upstreams: StreamUpstreams,
): Pick<SourceDefinition, "kind" | "options"> {
  const start = { time: new Date(createdAt).toISOString() };
  return { kind: "kinesis", options: { ...upstreams.kinesisStream(arn), stream: arn, start, deaggregate: false } };
}

/**
 * The group is the stream's own, as with AWS each stream reads all of its topic; a stream that is created again under its
 * old name is another group and begins where its own declaration says.
 */
function kafkaTopic(
  { name, uid, createdAt }: SourcedStream,
  { MSKClusterARN: arn, TopicName: topic, ReadFromTimestamp: from }: MskSource,
  upstreams: StreamUpstreams,
): Pick<SourceDefinition, "kind" | "options"> {
  const cluster = upstreams.kafkaCluster(arn);
  if (cluster === undefined) {
    const what = `Expected streamSources.kafka of the configuration to say how the cluster ${arn} is reached; no entry matches`;
    throw new StreamError("invalid", `${what}. Add one with its brokers.`);
  }
  // Without a time reading begins where the topic ended when the stream was created (reference 3).
  const start =
    from === 0 ? "earliest" : { time: new Date(from === undefined ? createdAt : from * 1000).toISOString() };
  return { kind: "kafka", options: { ...cluster, topics: [topic], group: `lakehose-${name}-${uid}`, start } };
}
