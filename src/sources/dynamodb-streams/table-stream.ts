import { hash } from "node:crypto";
import type { _Record, _Stream, Shard as DynamoDBShard, DynamoDBStreamsClient } from "@aws-sdk/client-dynamodb-streams";
import { clientConfig, handlerOptions } from "../../model/aws-client.ts";
import { LakehoseError } from "../../model/errors.ts";
import { AnswerClock } from "../shards/answer-clock.ts";
import type { Shard, ShardAnswer, ShardedUpstream, ShardFault, ShardStart } from "../shards/sharded-upstream.ts";
import { isThrottled } from "../shards/stream-failure.ts";
import type { SourceComponents } from "../source-kind.ts";
import { changeRecord } from "./change-record.ts";
import type { TableStreamOptions } from "./table-stream-options.ts";

type Library = typeof import("@aws-sdk/client-dynamodb-streams");

/** Times of changes are exact to the second or, of DynamoDB Local, to the minute, rounded down. */
const TIME_GRAIN_MS = 60_000;

interface StreamMembers {
  readonly library: Library;
  readonly client: DynamoDBStreamsClient;
  readonly options: TableStreamOptions;
  readonly clock: SourceComponents["clock"];
  readonly signal: AbortSignal;
}

/** The stream of one table, for one attempt to read. Rejects with what the client rejects with. */
export class TableStream implements ShardedUpstream {
  readonly #members: StreamMembers;
  readonly #arn: string;
  readonly identity: string;
  readonly connectedAt: number;

  static async open(
    options: TableStreamOptions,
    { clock, readSecret }: SourceComponents,
    signal: AbortSignal,
  ): Promise<TableStream> {
    const library = await import("@aws-sdk/client-dynamodb-streams");
    const config = clientConfig(options, options.streamArn, readSecret);
    const client = new library.DynamoDBStreamsClient({ ...config, requestHandler: handlerOptions() });
    const members = { library, client, options, clock, signal };
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
      const arn = options.streamArn ?? (await newestStream(members, options.table ?? ""));
      return new TableStream(members, arn, answers.now);
    } catch (error) {
      client.destroy();
      throw error;
    }
  }

  private constructor(members: StreamMembers, arn: string, now: number) {
    this.#members = members;
    this.#arn = arn;
    // A stream that was switched off and on again is another one, with another label. Names of tables may be too long here.
    this.identity = `table-stream/${hash("sha256", arn).slice(0, 32)}`;
    this.connectedAt = now;
  }

  async listShards(): Promise<readonly Shard[]> {
    const { library, client, signal } = this.#members;
    const shards: Shard[] = [];
    for (let last: string | undefined; ; ) {
      const input = { StreamArn: this.#arn, ...(last !== undefined && { ExclusiveStartShardId: last }) };
      const command = new library.DescribeStreamCommand(input);
      const { StreamDescription } = await client.send(command, { abortSignal: signal });
      shards.push(...(StreamDescription?.Shards ?? []).map(toShard));
      last = StreamDescription?.LastEvaluatedShardId;
      if (last === undefined) return shards;
    }
  }

  async openIterator(shard: string, from: ShardStart): Promise<string | undefined> {
    const { library, client, signal } = this.#members;
    const place = { StreamArn: this.#arn, ShardId: shard, ...iteratorPlace(from) };
    return (await client.send(new library.GetShardIteratorCommand(place), { abortSignal: signal })).ShardIterator;
  }

  /** Streams of tables cannot be opened at a time, so changes before `since` are read and become no records. */
  async read(shard: string, iterator: string, since: number | undefined): Promise<ShardAnswer> {
    const { library, client, options, clock, signal } = this.#members;
    const command = new library.GetRecordsCommand({ ShardIterator: iterator });
    const { Records = [], NextShardIterator } = await client.send(command, { abortSignal: signal });
    const place = { shardId: shard, streamArn: this.#arn };
    const wantedFrom =
      since === undefined ? Number.NEGATIVE_INFINITY : Math.floor(since / TIME_GRAIN_MS) * TIME_GRAIN_MS;
    const records = Records.map((change) => ({
      sequenceNumber: change.dynamodb?.SequenceNumber ?? "",
      records: timeOf(change, clock.now()) < wantedFrom ? [] : [changeRecord(change, place, options.record)],
    }));
    const newest = Records.at(-1);
    const age = newest === undefined ? 0 : Math.max(0, clock.now() - timeOf(newest, clock.now()));
    return { records, next: NextShardIterator, millisBehindLatest: age };
  }

  /** Where the table has a newer stream, the next attempt finds it. */
  async exhausted(): Promise<void> {
    const { library, client, signal } = this.#members;
    const command = new library.DescribeStreamCommand({ StreamArn: this.#arn });
    const { StreamDescription } = await client.send(command, { abortSignal: signal });
    if (StreamDescription?.StreamStatus !== "DISABLED") return;
    const what = `The stream of the table ${StreamDescription.TableName} is switched off and read to its end`;
    throw new LakehoseError("stream-ended", `${what}; enable it again.`);
  }

  faultOf(error: unknown): ShardFault | undefined {
    if (isThrottled(error)) return "throttled";
    const name = error instanceof Error ? error.name : "";
    if (name === "ExpiredIteratorException") return "expired";
    return name === "TrimmedDataAccessException" ? "trimmed" : undefined;
  }

  close(): void {
    this.#members.client.destroy();
  }
}

/** Labels are times, so the newest is the last of them. */
async function newestStream({ library, client, signal }: StreamMembers, table: string): Promise<string> {
  const streams: _Stream[] = [];
  for (let last: string | undefined; ; ) {
    const input = { TableName: table, ...(last !== undefined && { ExclusiveStartStreamArn: last }) };
    const { Streams = [], LastEvaluatedStreamArn } = await client.send(new library.ListStreamsCommand(input), {
      abortSignal: signal,
    });
    streams.push(...Streams);
    last = LastEvaluatedStreamArn;
    if (last === undefined) break;
  }
  const newest = streams.toSorted((a, b) => ((a.StreamLabel ?? "") < (b.StreamLabel ?? "") ? 1 : -1))[0]?.StreamArn;
  if (newest !== undefined) return newest;
  const todo = "create the table, enable its stream, or look at its name, account and region";
  throw new LakehoseError("stream-not-found", `Expected the table ${table} to have a stream; there is none: ${todo}.`);
}

function iteratorPlace(from: ShardStart) {
  if ("after" in from) return { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", SequenceNumber: from.after } as const;
  return { ShardIteratorType: "TRIM_HORIZON" } as const;
}

function toShard({ ShardId, ParentShardId, SequenceNumberRange }: DynamoDBShard): Shard {
  return {
    id: ShardId ?? "",
    parents: ParentShardId === undefined ? [] : [ParentShardId],
    isClosed: SequenceNumberRange?.EndingSequenceNumber !== undefined,
  };
}

/** One without time is as new as can be: it is wanted. */
function timeOf({ dynamodb }: _Record, now: number): number {
  return dynamodb?.ApproximateCreationDateTime?.getTime() ?? now;
}
