import { randomUUID } from "node:crypto";
import {
  type AttributeValue,
  CreateTableCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DynamoDBClient,
  PutItemCommand,
  UpdateTableCommand,
} from "@aws-sdk/client-dynamodb";
import { systemRandom } from "../../src/std/random.ts";
import { type FlakyProxy, startFlakyProxy } from "./flaky-proxy.ts";

const credentials = { accessKeyId: "any", secretAccessKey: "any" };

/** A table of its own for one test, with a stream of both images, and a way to the server that can be cut. */
export class TableUnderTest {
  readonly name: string;
  readonly proxy: FlakyProxy;
  readonly #client: DynamoDBClient;
  streamArn = "";
  #items = 0;

  static async open(server: string): Promise<TableUnderTest> {
    const name = `source-${randomUUID()}`;
    // A copy: the SDK notes where credentials came from in the object itself.
    const client = new DynamoDBClient({ endpoint: server, region: "us-east-1", credentials: { ...credentials } });
    const { TableDescription } = await client.send(
      new CreateTableCommand({
        TableName: name,
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        BillingMode: "PAY_PER_REQUEST",
        StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
      }),
    );
    const table = new TableUnderTest(name, client, await startFlakyProxy(server, systemRandom));
    table.streamArn = TableDescription?.LatestStreamArn ?? "";
    return table;
  }

  private constructor(name: string, client: DynamoDBClient, proxy: FlakyProxy) {
    this.name = name;
    this.#client = client;
    this.proxy = proxy;
  }

  /** Of a source that reads its stream, often. */
  get options() {
    return { table: this.name, endpoint: this.proxy.address, region: "us-east-1", credentials, pollIntervalMs: 200 };
  }

  /** One item for each text. */
  async putTexts(texts: readonly string[]): Promise<void> {
    for (const text of texts) await this.put({ id: { S: `item ${this.#items++}` }, text: { S: text } });
  }

  async put(Item: Record<string, AttributeValue>): Promise<void> {
    await this.#client.send(new PutItemCommand({ TableName: this.name, Item }));
  }

  async remove(id: string): Promise<void> {
    await this.#client.send(new DeleteItemCommand({ TableName: this.name, Key: { id: { S: id } } }));
  }

  async switchStream(on: boolean): Promise<void> {
    const StreamSpecification = on
      ? ({ StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" } as const)
      : { StreamEnabled: false };
    await this.#client.send(new UpdateTableCommand({ TableName: this.name, StreamSpecification }));
  }

  async close(): Promise<void> {
    await this.#client.send(new DeleteTableCommand({ TableName: this.name }));
    this.#client.destroy();
    await this.proxy.close();
  }
}
