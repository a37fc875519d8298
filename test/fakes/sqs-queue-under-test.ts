import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { systemRandom } from "../../src/std/random.ts";
import { type FlakyProxy, startFlakyProxy } from "./flaky-proxy.ts";

const CREDENTIALS = { accessKeyId: "any", secretAccessKey: "any" };
const BATCH = 10;

export interface SqsQueueUnderTestOptions {
  /** All messages in one group, which keeps their order. */
  readonly fifo?: boolean;
}

/** A new queue of a real server, behind a network that breaks on demand. */
export class SqsQueueUnderTest {
  readonly client: SQSClient;
  readonly proxy: FlakyProxy;
  readonly url: string;
  readonly name: string;
  readonly #fifo: boolean;

  private constructor(client: SQSClient, proxy: FlakyProxy, url: string, name: string, fifo: boolean) {
    this.client = client;
    this.proxy = proxy;
    this.url = url;
    this.name = name;
    this.#fifo = fifo;
  }

  static async open(endpoint: string, { fifo = false }: SqsQueueUnderTestOptions = {}): Promise<SqsQueueUnderTest> {
    const proxy = await startFlakyProxy(endpoint, systemRandom);
    // A copy: the SDK notes where credentials came from in the object itself.
    const client = new SQSClient({ endpoint, region: "us-east-1", credentials: { ...CREDENTIALS } });
    const name = `lakehose-${randomUUID()}${fifo ? ".fifo" : ""}`;
    const Attributes = fifo ? { FifoQueue: "true", ContentBasedDeduplication: "false" } : {};
    const { QueueUrl = "" } = await client.send(new CreateQueueCommand({ QueueName: name, Attributes }));
    return new SqsQueueUnderTest(client, proxy, QueueUrl, name, fifo);
  }

  /** Of a source that reads it, with one receiver, for several of them bring a queue out of order. */
  get options() {
    return {
      queueName: this.name,
      endpoint: this.proxy.address,
      credentials: CREDENTIALS,
      receivers: 1,
      backOffSecondsMax: 0.2,
    };
  }

  async put(texts: readonly string[]): Promise<void> {
    await this.putEntries(texts.map((MessageBody) => ({ MessageBody })));
  }

  async putEntries(entries: readonly Omit<SendMessageBatchRequestEntry, "Id">[]): Promise<void> {
    for (let from = 0; from < entries.length; from += BATCH) {
      const Entries = entries.slice(from, from + BATCH).map((entry, index) => ({
        Id: String(index),
        ...(this.#fifo && { MessageGroupId: "one", MessageDeduplicationId: randomUUID() }),
        ...entry,
      }));
      const { Failed = [] } = await this.client.send(new SendMessageBatchCommand({ QueueUrl: this.url, Entries }));
      assert.deepEqual(Failed, []);
    }
  }

  /** Messages that are not deleted, hidden ones too. */
  async unacknowledged(): Promise<number> {
    const command = new GetQueueAttributesCommand({ QueueUrl: this.url, AttributeNames: ["All"] });
    const { Attributes = {} } = await this.client.send(command);
    return Number(Attributes.ApproximateNumberOfMessages) + Number(Attributes.ApproximateNumberOfMessagesNotVisible);
  }

  async close(): Promise<void> {
    await this.client.send(new DeleteQueueCommand({ QueueUrl: this.url }));
    this.client.destroy();
    await this.proxy.close();
  }
}
