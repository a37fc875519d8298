import { randomBytes } from "node:crypto";
import type { TestContext } from "node:test";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import type { StartOptions } from "../../src/server/index.ts";
import { afterwards } from "./cleanup.ts";
import { isHidden, type LakeObject } from "./read-lake.ts";

/** The S3 servers that tests run against: `scripts/servers` says where they are. */
export const S3_PEERS = [
  ["LAKEHOSE_TEST_S3", process.env.LAKEHOSE_TEST_S3],
  ["LAKEHOSE_TEST_MOTO", process.env.LAKEHOSE_TEST_MOTO],
].map(([variable, endpoint]) => ({
  variable,
  endpoint: endpoint ?? "",
  skip: endpoint === undefined ? `needs an S3 server: its address belongs in ${variable}` : false,
}));

const REGION = "us-east-1";
const CREDENTIALS = { accessKeyId: "test", secretAccessKey: "test" };

export interface S3Object extends LakeObject {
  readonly type: string | undefined;
  readonly encoding: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The S3 server as its other users see it. Buckets that were made are emptied afterwards. */
export class S3Peer {
  readonly #endpoint: string;
  readonly #client: S3Client;
  readonly #made: string[] = [];

  private constructor(endpoint: string) {
    this.#endpoint = endpoint;
    this.#client = new S3Client({ region: REGION, credentials: { ...CREDENTIALS }, endpoint, forcePathStyle: true });
  }

  static open(t: TestContext, endpoint: string): S3Peer {
    const peer = new S3Peer(endpoint);
    afterwards(t, () => peer.#close());
    return peer;
  }

  /** Settings of a Lakehose that has all of its buckets here. */
  options(endpoint = this.#endpoint): StartOptions {
    return {
      storage: { default: "s3", s3: { endpoint, region: REGION, credentials: { ...CREDENTIALS } } },
    };
  }

  nameBucket(): string {
    return `lakehose-${randomBytes(6).toString("hex")}`;
  }

  async makeBucket(bucket = this.nameBucket()): Promise<string> {
    await this.#client.send(new CreateBucketCommand({ Bucket: bucket }));
    this.#made.push(bucket);
    return bucket;
  }

  async put(bucket: string, key: string, body: string | Buffer): Promise<void> {
    await this.#client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
  }

  /** All objects of a bucket that readers of a lake see, in the order of its listing. */
  async read(bucket: string): Promise<S3Object[]> {
    const objects: S3Object[] = [];
    for (const Key of await this.keys(bucket)) {
      if (isHidden(Key)) continue;
      const found = await this.#client.send(new GetObjectCommand({ Bucket: bucket, Key }));
      const bytes = Buffer.from((await found.Body?.transformToByteArray()) ?? []);
      const { ContentType: type, ContentEncoding: encoding, Metadata: metadata = {} } = found;
      objects.push({ key: Key, bytes, type, encoding, metadata });
    }
    return objects;
  }

  /** Of all objects, also those that readers pass over. */
  async keys(bucket: string): Promise<string[]> {
    const keys: string[] = [];
    let token: string | undefined;
    do {
      const more = token === undefined ? {} : { ContinuationToken: token };
      const page = await this.#client.send(new ListObjectsV2Command({ Bucket: bucket, ...more }));
      for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key);
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return keys;
  }

  async #close(): Promise<void> {
    for (const Bucket of this.#made) {
      for (const Key of await this.keys(Bucket)) await this.#client.send(new DeleteObjectCommand({ Bucket, Key }));
    }
    this.#client.destroy();
  }
}
