import {
  CreateStreamCommand,
  DeleteStreamCommand,
  KinesisClient,
  ListShardsCommand,
  PutRecordsCommand,
  SplitShardCommand,
  waitUntilStreamExists,
} from "@aws-sdk/client-kinesis";
import { SQSClient } from "@aws-sdk/client-sqs";

export interface Visit {
  readonly visitor: string;
  readonly page: number;
}

/** The most that PutRecords takes in one call. */
const RECORDS_MAX = 500;

/** A data stream of Kinesis, as its producers and its operator see it. */
export class DataStream {
  /** In HTTP/1.1, as its sibling speaks it: by default this client prefers HTTP/2, which servers elsewhere than at AWS speak ill. */
  readonly #client = new KinesisClient({
    region: "us-east-1",
    requestHandler: new SQSClient({ region: "us-east-1" }).config.requestHandler,
  });
  readonly #StreamName: string;

  static async create(name: string, shards: number): Promise<DataStream> {
    const stream = new DataStream(name);
    await stream.#client.send(new CreateStreamCommand({ StreamName: name, ShardCount: shards }));
    await stream.#untilActive();
    return stream;
  }

  private constructor(name: string) {
    this.#StreamName = name;
  }

  /** The visitor is the key: visits of one stay in their order. */
  async put(visits: readonly Visit[]): Promise<void> {
    for (let from = 0; from < visits.length; from += RECORDS_MAX) {
      const Records = visits.slice(from, from + RECORDS_MAX).map((visit) => ({
        Data: Buffer.from(JSON.stringify(visit)),
        PartitionKey: visit.visitor,
      }));
      await this.#client.send(new PutRecordsCommand({ StreamName: this.#StreamName, Records }));
    }
  }

  /** Twice as many shards for the first half of the keys, in the middle of everything. */
  async splitFirst(): Promise<void> {
    const { Shards: [shard] = [] } = await this.#client.send(new ListShardsCommand({ StreamName: this.#StreamName }));
    const end = BigInt(shard?.HashKeyRange?.EndingHashKey ?? 0);
    const split = { ShardToSplit: shard?.ShardId, NewStartingHashKey: String(end / 2n) };
    await this.#client.send(new SplitShardCommand({ StreamName: this.#StreamName, ...split }));
    await this.#untilActive();
  }

  async delete(): Promise<void> {
    await this.#client.send(new DeleteStreamCommand({ StreamName: this.#StreamName }));
    this.#client.destroy();
  }

  async #untilActive(): Promise<void> {
    const waiter = { client: this.#client, maxWaitTime: 20, minDelay: 1, maxDelay: 1 };
    await waitUntilStreamExists(waiter, { StreamName: this.#StreamName });
  }
}
