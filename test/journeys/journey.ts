import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CreateDeliveryStreamCommand,
  DescribeDeliveryStreamCommand,
  type ExtendedS3DestinationConfiguration,
  FirehoseClient,
  type FirehoseClientConfig,
  PutRecordBatchCommand,
  ResourceNotFoundException,
  type Tag,
} from "@aws-sdk/client-firehose";
import { type Lakehose, type StartOptions, start } from "../../src/server/index.ts";
import { afterwards } from "./cleanup.ts";

/** A whole server on a free port, a client of it, and the folder where its local lake is. All gone after the test. */
export interface Journey {
  readonly data: string;
  readonly lakehose: Lakehose;
  readonly client: FirehoseClient;
}

export async function startJourney(t: TestContext, options: StartOptions = {}): Promise<Journey> {
  const data = options.data ?? (await temporaryFolder(t));
  const lakehose = await start({ ...options, data });
  afterwards(t, () => lakehose.close());
  return { data, lakehose, client: clientOf(t, lakehose.url) };
}

export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "lakehose-journey-"));
  afterwards(t, () => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** One attempt a call unless told otherwise: what the server says is what the test is about. */
export function clientOf(t: TestContext, endpoint: string, more: FirehoseClientConfig = {}): FirehoseClient {
  const credentials = { accessKeyId: "any", secretAccessKey: "any" };
  const client = new FirehoseClient({ endpoint, region: "eu-west-1", credentials, maxAttempts: 1, ...more });
  afterwards(t, () => client.destroy());
  return client;
}

/** Hints under which nothing is delivered before somebody asks for it. */
export const PATIENT = { IntervalInSeconds: 900, SizeInMBs: 128 };

export const ROLE = "arn:aws:iam::000000000000:role/delivery";

/** Creates a stream into the bucket `lake` and waits until it takes records. */
export async function createStream(
  client: FirehoseClient,
  name: string,
  more: Partial<ExtendedS3DestinationConfiguration> = {},
  tags: Readonly<Record<string, string>> = {},
): Promise<void> {
  const Tags: Tag[] = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  await client.send(
    new CreateDeliveryStreamCommand({
      DeliveryStreamName: name,
      ExtendedS3DestinationConfiguration: {
        RoleARN: ROLE,
        BucketARN: "arn:aws:s3:::lake",
        Prefix: `${name}/`,
        BufferingHints: PATIENT,
        ...more,
      },
      ...(Tags.length > 0 && { Tags }),
    }),
  );
  await until(async () => (await describe(client, name)).DeliveryStreamStatus === "ACTIVE");
}

export async function describe(client: FirehoseClient, name: string) {
  const answer = await client.send(new DescribeDeliveryStreamCommand({ DeliveryStreamName: name }));
  assert.ok(answer.DeliveryStreamDescription);
  return answer.DeliveryStreamDescription;
}

/** Waits for the end of a deletion: the stream is unknown. */
export async function untilDeleted(client: FirehoseClient, name: string): Promise<void> {
  await until(() =>
    describe(client, name).then(
      () => false,
      (error) => {
        if (error instanceof ResourceNotFoundException) return true;
        throw error;
      },
    ),
  );
}

/** Puts records by PutRecordBatch and sends again what was refused, as producers are told to. */
export async function putAll(client: FirehoseClient, stream: string, records: readonly Buffer[]): Promise<void> {
  let left = [...records];
  while (left.length > 0) {
    const batch = left.slice(0, 500);
    const Records = batch.map((Data) => ({ Data }));
    const answer = await client.send(new PutRecordBatchCommand({ DeliveryStreamName: stream, Records }));
    const refused = batch.filter((_, index) => answer.RequestResponses?.[index]?.RecordId === undefined);
    assert.equal(answer.FailedPutCount, refused.length);
    left = [...refused, ...left.slice(500)];
    if (refused.length > 0) await sleep(50);
  }
}

/** Asks again and again. A test that waits for ever is ended by the runner, with the name of the test. */
export async function until(isDone: () => Promise<boolean>): Promise<void> {
  while (!(await isDone())) await sleep(20);
}
