import { randomUUID } from "node:crypto";
import {
  CreateStreamCommand,
  DeleteStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
  MergeShardsCommand,
  PutRecordsCommand,
  type PutRecordsRequestEntry,
  type Shard,
  SplitShardCommand,
} from "@aws-sdk/client-kinesis";
import { SQSClient } from "@aws-sdk/client-sqs";
import { systemClock } from "../../src/std/clock.ts";
import { systemRandom } from "../../src/std/random.ts";
import { type FlakyProxy, startFlakyProxy } from "./flaky-proxy.ts";

const REGION = "us-east-1";
const credentials = { accessKeyId: "any", secretAccessKey: "any" };
const RECORDS_MAX = 500;

/** A stream of its own for one test, and a way to the server that can be cut. */
export class KinesisUnderTest {
  readonly name: string;
  readonly proxy: FlakyProxy;
  readonly #client: KinesisClient;

  static async open(server: string, shards = 1): Promise<KinesisUnderTest> {
    const name = `source-${randomUUID()}`;
    const requestHandler = new SQSClient({ region: REGION }).config.requestHandler;
    // A copy: the SDK notes where credentials came from in the object itself.
    const key = { ...credentials };
    const client = new KinesisClient({ endpoint: server, region: REGION, credentials: key, requestHandler });
    await client.send(new CreateStreamCommand({ StreamName: name, ShardCount: shards }));
    const stream = new KinesisUnderTest(name, client, await startFlakyProxy(server, systemRandom));
    await stream.untilActive();
    return stream;
  }

  private constructor(name: string, client: KinesisClient, proxy: FlakyProxy) {
    this.name = name;
    this.#client = client;
    this.proxy = proxy;
  }

  /** Of a source that reads it, often. */
  get options() {
    return { stream: this.name, endpoint: this.proxy.address, region: REGION, credentials, pollIntervalMs: 200 };
  }

  async arn(): Promise<string> {
    const { StreamDescriptionSummary } = await this.#client.send(
      new DescribeStreamSummaryCommand({ StreamName: this.name }),
    );
    return StreamDescriptionSummary?.StreamARN ?? "";
  }

  /** In their order where they have one key. */
  async put(texts: readonly (string | Buffer)[], keyOf: (index: number) => string = () => "one"): Promise<void> {
    const entries = texts.map((text, index) => ({ Data: Buffer.from(text), PartitionKey: keyOf(index) }));
    for (let from = 0; from < entries.length; from += RECORDS_MAX) {
      await this.#putOnce(entries.slice(from, from + RECORDS_MAX));
    }
  }

  /** What a reader sees now, each shard in its order. */
  async records(): Promise<readonly { readonly text: string; readonly partitionKey: string }[]> {
    const found: { text: string; partitionKey: string }[] = [];
    for (const { ShardId } of await this.shards()) {
      const place = { StreamName: this.name, ShardId, ShardIteratorType: "TRIM_HORIZON" as const };
      let { ShardIterator } = await this.#client.send(new GetShardIteratorCommand(place));
      for (let empty = 0; empty < 2 && ShardIterator !== undefined; ) {
        const { Records = [], NextShardIterator } = await this.#client.send(new GetRecordsCommand({ ShardIterator }));
        for (const { Data = [], PartitionKey = "" } of Records) {
          found.push({ text: Buffer.from(Data).toString(), partitionKey: PartitionKey });
        }
        empty = Records.length === 0 ? empty + 1 : 0;
        ShardIterator = NextShardIterator;
      }
    }
    return found;
  }

  async shards(): Promise<readonly Shard[]> {
    return (await this.#client.send(new ListShardsCommand({ StreamName: this.name }))).Shards ?? [];
  }

  async openShards(): Promise<readonly Shard[]> {
    return (await this.shards()).filter((shard) => shard.SequenceNumberRange?.EndingSequenceNumber === undefined);
  }

  async split({ ShardId, HashKeyRange }: Shard): Promise<void> {
    const { StartingHashKey = "0", EndingHashKey = "0" } = HashKeyRange ?? {};
    const NewStartingHashKey = String((BigInt(StartingHashKey) + BigInt(EndingHashKey)) / 2n);
    await this.#client.send(
      new SplitShardCommand({ StreamName: this.name, ShardToSplit: ShardId, NewStartingHashKey }),
    );
    await this.untilActive();
  }

  async merge(one: Shard, other: Shard): Promise<void> {
    const shards = { ShardToMerge: one.ShardId, AdjacentShardToMerge: other.ShardId };
    await this.#client.send(new MergeShardsCommand({ StreamName: this.name, ...shards }));
    await this.untilActive();
  }

  async untilActive(): Promise<void> {
    for (;;) {
      const command = new DescribeStreamSummaryCommand({ StreamName: this.name });
      const { StreamDescriptionSummary } = await this.#client.send(command);
      if (StreamDescriptionSummary?.StreamStatus === "ACTIVE") return;
      await systemClock.sleep(50);
    }
  }

  async close(): Promise<void> {
    await this.#client.send(new DeleteStreamCommand({ StreamName: this.name }));
    this.#client.destroy();
    await this.proxy.close();
  }

  async #putOnce(Records: readonly PutRecordsRequestEntry[]): Promise<void> {
    const command = new PutRecordsCommand({ StreamName: this.name, Records: [...Records] });
    const { FailedRecordCount } = await this.#client.send(command);
    if (FailedRecordCount) throw new Error(`${FailedRecordCount} records were refused`);
  }
}
