import {
  type AttributeValue,
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";

const TABLE = "stock";

/** The table of DynamoDB in which the shop counts its pieces, with a stream that tells of its changes. */
export class StockTable {
  readonly #client: DynamoDBClient;

  /** Lets the AWS SDK find the server, for this program and for the configuration, which is the one for AWS. */
  static async create(endpoint: string): Promise<StockTable> {
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_DYNAMODB: endpoint,
      AWS_ENDPOINT_URL_DYNAMODB_STREAMS: endpoint,
      AWS_ACCESS_KEY_ID: "any",
      AWS_SECRET_ACCESS_KEY: "any",
    });
    const client = new DynamoDBClient({ region: "us-east-1" });
    await client.send(
      new CreateTableCommand({
        TableName: TABLE,
        AttributeDefinitions: [
          { AttributeName: "product_id", AttributeType: "N" },
          { AttributeName: "warehouse", AttributeType: "S" },
        ],
        KeySchema: [
          { AttributeName: "product_id", KeyType: "HASH" },
          { AttributeName: "warehouse", KeyType: "RANGE" },
        ],
        BillingMode: "PAY_PER_REQUEST",
        StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
      }),
    );
    return new StockTable(client);
  }

  private constructor(client: DynamoDBClient) {
    this.#client = client;
  }

  async put(items: readonly Record<string, AttributeValue>[]): Promise<void> {
    for (const Item of items) await this.#client.send(new PutItemCommand({ TableName: TABLE, Item }));
  }

  async delete(): Promise<void> {
    await this.#client.send(new DeleteTableCommand({ TableName: TABLE }));
    this.#client.destroy();
  }
}
