import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import {
  CreateDeliveryStreamCommand,
  DeleteDeliveryStreamCommand,
  DescribeDeliveryStreamCommand,
  FirehoseServiceException,
  InvalidKMSResourceException,
  ListDeliveryStreamsCommand,
  ListTagsForDeliveryStreamCommand,
  PutRecordBatchCommand,
  PutRecordCommand,
  ResourceNotFoundException,
  StartDeliveryStreamEncryptionCommand,
  StopDeliveryStreamEncryptionCommand,
  TagDeliveryStreamCommand,
  UntagDeliveryStreamCommand,
  UpdateDestinationCommand,
} from "@aws-sdk/client-firehose";
import {
  clientOf,
  createStream,
  describe,
  PATIENT,
  putAll,
  ROLE,
  startJourney,
  temporaryFolder,
  untilDeleted,
} from "./journey.ts";
import { linesOf, readBucket } from "./read-lake.ts";

/** The AWS SDK for JavaScript against a whole server with the local lake: what a producer's program sees. */

async function keysAndLines(data: string, bucket = "lake"): Promise<[string, string[]][]> {
  const objects = await readBucket(data, bucket);
  return objects.map(({ key, bytes }) => [key, linesOf(bytes)]);
}

test("a stream lives: create, describe, put, update, put, delete, and all that was put is in the lake", async (t) => {
  const { client, data, lakehose } = await startJourney(t);
  const { DeliveryStreamARN: arn } = await client.send(
    new CreateDeliveryStreamCommand({
      DeliveryStreamName: "clicks",
      ExtendedS3DestinationConfiguration: { RoleARN: ROLE, BucketARN: "arn:aws:s3:::lake", Prefix: "a/" },
    }),
  );
  assert.equal(arn, "arn:aws:firehose:eu-west-1:000000000000:deliverystream/clicks");
  const created = await describe(client, "clicks");
  assert.deepEqual(
    [created.DeliveryStreamStatus, created.DeliveryStreamType, created.VersionId, created.HasMoreDestinations],
    ["ACTIVE", "DirectPut", "1", false],
  );
  assert.ok(created.CreateTimestamp instanceof Date && created.LastUpdateTimestamp === undefined);
  const [destination] = created.Destinations ?? [];
  const extended = destination?.ExtendedS3DestinationDescription;
  assert.deepEqual(extended?.BufferingHints, { SizeInMBs: 5, IntervalInSeconds: 300 });
  assert.deepEqual(extended?.EncryptionConfiguration, { NoEncryptionConfig: "NoEncryption" });
  assert.equal(destination?.S3DestinationDescription?.BucketARN, "arn:aws:s3:::lake");

  const one = await client.send(
    new PutRecordCommand({ DeliveryStreamName: "clicks", Record: { Data: Buffer.from("1\n") } }),
  );
  assert.equal(one.Encrypted, false);
  const Records = ["2\n", "3\n"].map((text) => ({ Data: Buffer.from(text) }));
  const two = await client.send(new PutRecordBatchCommand({ DeliveryStreamName: "clicks", Records }));
  assert.equal(two.FailedPutCount, 0);
  const ids = [one.RecordId, ...(two.RequestResponses ?? []).map(({ RecordId }) => RecordId)];
  assert.equal(new Set(ids).size, 3, "each record has an id of its own");
  await lakehose.flush("clicks");

  const update = {
    DeliveryStreamName: "clicks",
    CurrentDeliveryStreamVersionId: "1",
    DestinationId: destination?.DestinationId,
    ExtendedS3DestinationUpdate: { Prefix: "b/", BufferingHints: PATIENT },
  };
  await client.send(new UpdateDestinationCommand(update));
  const updated = await describe(client, "clicks");
  assert.equal(updated.VersionId, "2");
  assert.ok(updated.LastUpdateTimestamp instanceof Date);
  await assert.rejects(client.send(new UpdateDestinationCommand(update)), {
    name: "ConcurrentModificationException",
    $fault: "client",
    message: "Cannot update firehose: clicks since the current version id: 2 and specified version id: 1 do not match",
  });
  await putAll(client, "clicks", [Buffer.from("4\n")]);
  await client.send(new DeleteDeliveryStreamCommand({ DeliveryStreamName: "clicks" }));
  await untilDeleted(client, "clicks");

  const found = await keysAndLines(data);
  assert.deepEqual(
    found.map(([, lines]) => lines),
    [["1\n", "2\n", "3\n"], ["4\n"]],
  );
  assert.match(found[0]?.[0] ?? "", /^a\/(\d+\/){4}clicks-1-\d{4}(-\d\d){5}-[0-9a-f-]{36}$/);
  assert.match(found[1]?.[0] ?? "", /^b\/(\d+\/){4}clicks-2-/);
});

test("a stream that is created again under the name of a deleted one begins anew", async (t) => {
  const { client, data, lakehose } = await startJourney(t);
  for (const text of ["first\n", "second\n"]) {
    await createStream(client, "again");
    await putAll(client, "again", [Buffer.from(text)]);
    await lakehose.flush("again");
    await client.send(new DeleteDeliveryStreamCommand({ DeliveryStreamName: "again" }));
    await untilDeleted(client, "again");
  }
  const lines = (await keysAndLines(data)).map(([, lines]) => lines);
  assert.deepEqual(lines.sort(), [["first\n"], ["second\n"]]);
});

test("what a rate refuses is told record by record, and is in the lake once it was sent again", async (t) => {
  const { client, data, lakehose } = await startJourney(t);
  await createStream(client, "slow", {}, { "lakehose:rate-records": "20" });
  const records = Array.from({ length: 50 }, (_, index) => Buffer.from(`${index}\n`));
  const Records = records.map((Data) => ({ Data }));
  const answer = await client.send(new PutRecordBatchCommand({ DeliveryStreamName: "slow", Records }));
  const responses = answer.RequestResponses ?? [];
  assert.deepEqual([answer.FailedPutCount, responses.length], [30, 50]);
  const [accepted, refused] = [responses.slice(0, 20), responses.slice(20)];
  assert.ok(accepted.every(({ RecordId, ErrorCode }) => RecordId !== undefined && ErrorCode === undefined));
  for (const { RecordId, ErrorCode, ErrorMessage } of refused) {
    assert.deepEqual([RecordId, ErrorCode, ErrorMessage], [undefined, "ServiceUnavailableException", "Slow down."]);
  }
  const patient = clientOf(t, lakehose.url, { maxAttempts: 20 });
  await putAll(patient, "slow", records.slice(20));
  await lakehose.flush("slow");
  const lines = (await keysAndLines(data)).flatMap(([, lines]) => lines);
  assert.deepEqual(lines.sort(), records.map(String).sort());
});

test("a full disk budget slows producers down, and nothing acknowledged goes", async (t) => {
  const unreachable = { endpoint: "http://127.0.0.1:9", region: "us-east-1" };
  const credentials = { accessKeyId: "a", secretAccessKey: "b" };
  const storage = { buckets: { lake: { store: "s3" as const, ...unreachable, credentials } } };
  const { client, lakehose } = await startJourney(t, { storage });
  await createStream(client, "full", {}, { "lakehose:budget": "16MiB" });
  const Records = Array.from({ length: 8 }, () => ({ Data: Buffer.alloc(500_000, "x") }));
  const fill = () => client.send(new PutRecordBatchCommand({ DeliveryStreamName: "full", Records }));
  let accepted = 0;
  await assert.rejects(
    async () => {
      for (;;) {
        const { RequestResponses = [] } = await fill();
        accepted += RequestResponses.filter(({ RecordId }) => RecordId !== undefined).length;
      }
    },
    { name: "ServiceUnavailableException", $fault: "server", message: "Slow down." },
  );
  assert.ok(accepted > 8 && accepted < 34, `${accepted} records of 500 kB in 16 MiB`);
  const view = (await (await fetch(`${lakehose.url}/api/streams/full`)).json()) as {
    health: { balance: { accepted: number; pending: number; balanced: boolean }[] };
  };
  const { accepted: counted, pending, balanced } = view.health.balance[0] ?? {};
  assert.deepEqual([counted, pending, balanced], [accepted, accepted, true]);
});

test("ListDeliveryStreams and ListTagsForDeliveryStream go on from a cursor", async (t) => {
  const { client } = await startJourney(t);
  const names = ["a", "b", "b.c", "d-1"];
  for (const name of names) await createStream(client, name);
  const listed: string[] = [];
  for (let more = true; more; ) {
    const last = listed.at(-1);
    const page = await client.send(
      new ListDeliveryStreamsCommand({ Limit: 3, ...(last && { ExclusiveStartDeliveryStreamName: last }) }),
    );
    listed.push(...(page.DeliveryStreamNames ?? []));
    more = page.HasMoreDeliveryStreams === true;
  }
  assert.deepEqual(listed, names);

  const DeliveryStreamName = "a";
  const Tags = ["team", "cost", "lakehose:roll-idle"].map((Key) => ({ Key, Value: "6h" }));
  await client.send(new TagDeliveryStreamCommand({ DeliveryStreamName, Tags }));
  await client.send(new UntagDeliveryStreamCommand({ DeliveryStreamName, TagKeys: ["cost", "never"] }));
  const first = await client.send(new ListTagsForDeliveryStreamCommand({ DeliveryStreamName, Limit: 1 }));
  assert.deepEqual([first.Tags, first.HasMoreTags], [[{ Key: "lakehose:roll-idle", Value: "6h" }], true]);
  const rest = await client.send(
    new ListTagsForDeliveryStreamCommand({ DeliveryStreamName, ExclusiveStartTagKey: "lakehose:roll-idle" }),
  );
  assert.deepEqual([rest.Tags, rest.HasMoreTags], [[{ Key: "team", Value: "6h" }], false]);
  assert.equal((await describe(client, "a")).VersionId, "2", "a setting is a change of the stream");
});

test("encryption at rest is switched on and off under way, and the lake holds every record", async (t) => {
  const file = join(await temporaryFolder(t), "master.key");
  await writeFile(file, "ab".repeat(32));
  const { client, data, lakehose } = await startJourney(t, { encryption: { file } });
  await createStream(client, "secret");
  const DeliveryStreamName = "secret";
  const putOne = async (text: string) => {
    const Record = { Data: Buffer.from(`${text}\n`) };
    const answer = await client.send(new PutRecordCommand({ DeliveryStreamName, Record }));
    return [answer.Encrypted, await isInFolder(join(data, "log"), text)];
  };
  assert.deepEqual(await putOne("plain words"), [false, true]);
  await client.send(new StartDeliveryStreamEncryptionCommand({ DeliveryStreamName }));
  const { DeliveryStreamEncryptionConfiguration: status } = await describe(client, "secret");
  assert.deepEqual([status?.Status, status?.KeyType], ["ENABLED", "AWS_OWNED_CMK"]);
  assert.deepEqual(await putOne("hidden words"), [true, false]);
  await client.send(new StopDeliveryStreamEncryptionCommand({ DeliveryStreamName }));
  assert.deepEqual(await putOne("open words"), [false, true]);
  await lakehose.flush("secret");
  const lines = (await keysAndLines(data)).flatMap(([, lines]) => lines);
  assert.deepEqual(lines.sort(), ["hidden words\n", "open words\n", "plain words\n"]);
});

async function isInFolder(folder: string, text: string): Promise<boolean> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of files) if ((await readFile(file)).includes(text)) return true;
  return false;
}

test("errors arrive as the SDK's own classes, with name, fault and the text of the service", async (t) => {
  const { client } = await startJourney(t, { limits: { streams: 1 } });
  await createStream(client, "only");
  const destination = { RoleARN: ROLE, BucketARN: "arn:aws:s3:::lake" };
  const create = (DeliveryStreamName: string, more: object = {}) =>
    client.send(
      new CreateDeliveryStreamCommand({
        DeliveryStreamName,
        ExtendedS3DestinationConfiguration: { ...destination, ...more },
      }),
    );
  const put = (DeliveryStreamName: string, Data: Uint8Array) =>
    client.send(new PutRecordCommand({ DeliveryStreamName, Record: { Data } }));

  await assert.rejects(describe(client, "nobody"), (error) => {
    assert.ok(error instanceof ResourceNotFoundException && error instanceof FirehoseServiceException);
    assert.deepEqual(
      [error.name, error.$fault, error.message],
      ["ResourceNotFoundException", "client", "Firehose nobody under account 000000000000 not found."],
    );
    assert.equal(error.$metadata.httpStatusCode, 400);
    return true;
  });
  await assert.rejects(put("nobody", Buffer.from("x")), { name: "ResourceNotFoundException", $fault: "client" });
  await assert.rejects(create("only"), { name: "ResourceInUseException", message: /^Firehose only under accountId/ });
  await assert.rejects(create("two"), { name: "LimitExceededException" });
  await assert.rejects(put("only", Buffer.alloc(1_024_001)), {
    name: "ValidationException",
    message: /^1 validation error detected: .*less than or equal to 1024000/,
  });
  await assert.rejects(create("two", { Prefix: "!{timestamp:yyyy}/" }), {
    name: "InvalidArgumentException",
    message: "ErrorOutputPrefix cannot be null or empty when Prefix contains expressions",
  });
  await assert.rejects(create("two", { CompressionFormat: "LZ4" }), {
    name: "ValidationException",
    message: /CompressionFormat|compressionFormat.*\[/,
  });
  const batch = Array.from({ length: 501 }, () => ({ Data: Buffer.from("x") }));
  await assert.rejects(client.send(new PutRecordBatchCommand({ DeliveryStreamName: "only", Records: batch })), {
    name: "ValidationException",
    message: /less than or equal to 500/,
  });
  const large = Array.from({ length: 5 }, () => ({ Data: Buffer.alloc(1_000_000) }));
  await assert.rejects(client.send(new PutRecordBatchCommand({ DeliveryStreamName: "only", Records: large })), {
    name: "InvalidArgumentException",
    message: "Records size exceeds 4 MB limit",
  });
  await assert.rejects(
    client.send(new StartDeliveryStreamEncryptionCommand({ DeliveryStreamName: "only" })),
    (error) => error instanceof InvalidKMSResourceException && error.code === "KMS.NotFoundException",
  );
  await assert.rejects(client.send(new DescribeDeliveryStreamCommand({ DeliveryStreamName: "a b" })), {
    name: "ValidationException",
  });
});
