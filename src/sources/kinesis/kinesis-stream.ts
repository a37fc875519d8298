import type { _Record, KinesisClient, Shard as KinesisShard } from "@aws-sdk/client-kinesis";
import { clientConfig, http1Handler } from "../../model/aws-client.ts";
import { AnswerClock } from "../shards/answer-clock.ts";
import type { Shard, ShardAnswer, ShardedUpstream, ShardFault, ShardStart } from "../shards/sharded-upstream.ts";
import { isThrottled } from "../shards/stream-failure.ts";
import type { SourceComponents } from "../source-kind.ts";
import { isArn, type KinesisOptions } from "./kinesis-options.ts";
import { type KinesisRecord, kinesisRecords } from "./kinesis-record.ts";

type Library = typeof import("@aws-sdk/client-kinesis");

/** One stream of Kinesis, for one attempt to read. Rejects with what the client rejects with. */
export class KinesisStream implements ShardedUpstream {
  readonly #library: Library;
  readonly #client: KinesisClient;
  readonly #options: KinesisOptions;
  readonly #signal: AbortSignal;
  readonly #arn: string;
  readonly identity: string;
  readonly connectedAt: number;

  static async open(
    options: KinesisOptions,
    { clock, readSecret }: SourceComponents,
    signal: AbortSignal,
  ): Promise<KinesisStream> {
    const library = await import("@aws-sdk/client-kinesis");
    const config = clientConfig(options, isArn(options.stream) ? options.stream : undefined, readSecret);
    const client = new library.KinesisClient({ ...config, requestHandler: await http1Handler() });
    try {
      const answers = new AnswerClock(clock.now());
      client.middlewareStack.add(
        (next) => async (call) => {
          const answer = await next(call);
          answers.note(answer.response);
          return answer;
        },
        { step: "deserialize", name: "answer-clock" },
      );
      const command = new library.DescribeStreamSummaryCommand(named(options.stream));
      const { StreamDescriptionSummary } = await client.send(command, { abortSignal: signal });
      const { StreamARN = "", StreamCreationTimestamp } = StreamDescriptionSummary ?? {};
      // A stream that was deleted and created again has other records under the same ARN.
      const created = StreamCreationTimestamp?.getTime() ?? 0;
      return new KinesisStream(library, client, options, signal, { arn: StreamARN, created, now: answers.now });
    } catch (error) {
      client.destroy();
      throw error;
    }
  }

  private constructor(
    library: Library,
    client: KinesisClient,
    options: KinesisOptions,
    signal: AbortSignal,
    stream: { readonly arn: string; readonly created: number; readonly now: number },
  ) {
    this.#library = library;
    this.#client = client;
    this.#options = options;
    this.#signal = signal;
    this.#arn = stream.arn;
    this.identity = `${stream.arn}@${stream.created}`;
    this.connectedAt = stream.now;
  }

  async listShards(): Promise<readonly Shard[]> {
    const shards: Shard[] = [];
    for (let token: string | undefined; ; ) {
      const input = token === undefined ? { StreamARN: this.#arn } : { NextToken: token };
      const command = new this.#library.ListShardsCommand(input);
      const { Shards = [], NextToken } = await this.#client.send(command, { abortSignal: this.#signal });
      shards.push(...Shards.map(toShard));
      token = NextToken;
      if (token === undefined) return shards;
    }
  }

  async openIterator(shard: string, from: ShardStart): Promise<string | undefined> {
    const place = { StreamARN: this.#arn, ShardId: shard, ...iteratorPlace(from) };
    const command = new this.#library.GetShardIteratorCommand(place);
    return (await this.#client.send(command, { abortSignal: this.#signal })).ShardIterator;
  }

  async read(shard: string, iterator: string): Promise<ShardAnswer> {
    const command = new this.#library.GetRecordsCommand({ StreamARN: this.#arn, ShardIterator: iterator });
    const answer = await this.#client.send(command, { abortSignal: this.#signal });
    const place = { id: shard, streamArn: this.#arn };
    const records = (answer.Records ?? []).map(toRecord).map((record) => ({
      sequenceNumber: record.sequenceNumber,
      records: kinesisRecords(record, place, this.#options),
    }));
    return { records, next: answer.NextShardIterator, millisBehindLatest: answer.MillisBehindLatest ?? 0 };
  }

  faultOf(error: unknown): ShardFault | undefined {
    if (isThrottled(error)) return "throttled";
    return error instanceof Error && error.name === "ExpiredIteratorException" ? "expired" : undefined;
  }

  close(): void {
    this.#client.destroy();
  }
}

function named(stream: string) {
  return isArn(stream) ? { StreamARN: stream } : { StreamName: stream };
}

function iteratorPlace(from: ShardStart) {
  if ("after" in from) {
    return { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber: from.after } as const;
  }
  if ("time" in from) return { ShardIteratorType: "AT_TIMESTAMP", Timestamp: new Date(from.time) } as const;
  return { ShardIteratorType: "TRIM_HORIZON" } as const;
}

function toShard({ ShardId, ParentShardId, AdjacentParentShardId, SequenceNumberRange }: KinesisShard): Shard {
  return {
    id: ShardId ?? "",
    parents: [ParentShardId, AdjacentParentShardId].filter((parent) => parent !== undefined),
    isClosed: SequenceNumberRange?.EndingSequenceNumber !== undefined,
  };
}

function toRecord({ Data, PartitionKey, SequenceNumber, ApproximateArrivalTimestamp }: _Record): KinesisRecord {
  const { buffer, byteOffset, byteLength } = Data ?? new Uint8Array();
  return {
    data: Buffer.from(buffer, byteOffset, byteLength),
    partitionKey: PartitionKey ?? "",
    sequenceNumber: SequenceNumber ?? "",
    arrivalMs: ApproximateArrivalTimestamp?.getTime() ?? Number.NaN,
  };
}
