import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SendMessageBatchCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";

const BATCH = 10;

/** The queue as the games see it. */
export class Queue {
  readonly #client: SQSClient;
  readonly #url: string;

  private constructor(client: SQSClient, url: string) {
    this.#client = client;
    this.#url = url;
  }

  /** A new one of the name: what an earlier run left is gone. */
  static async create(QueueName: string): Promise<Queue> {
    const client = new SQSClient({ region: "us-east-1" });
    const earlier = await client.send(new GetQueueUrlCommand({ QueueName })).catch(() => undefined);
    if (earlier !== undefined) await client.send(new DeleteQueueCommand({ QueueUrl: earlier.QueueUrl }));
    const { QueueUrl = "" } = await client.send(new CreateQueueCommand({ QueueName }));
    return new Queue(client, QueueUrl);
  }

  async send(bodies: readonly string[]): Promise<void> {
    for (let from = 0; from < bodies.length; from += BATCH) {
      const Entries = bodies.slice(from, from + BATCH).map((MessageBody, at) => ({ Id: String(at), MessageBody }));
      const { Failed = [] } = await this.#client.send(new SendMessageBatchCommand({ QueueUrl: this.#url, Entries }));
      if (Failed.length > 0) throw new Error(`${Failed.length} messages were refused: ${Failed[0]?.Message}`);
    }
  }

  /** Messages that nobody has deleted, those that are hidden too. */
  async count(): Promise<number> {
    const command = new GetQueueAttributesCommand({ QueueUrl: this.#url, AttributeNames: ["All"] });
    const { Attributes = {} } = await this.#client.send(command);
    return Number(Attributes.ApproximateNumberOfMessages) + Number(Attributes.ApproximateNumberOfMessagesNotVisible);
  }

  async delete(): Promise<void> {
    await this.#client.send(new DeleteQueueCommand({ QueueUrl: this.#url }));
    this.#client.destroy();
  }
}
