import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { FirehoseClient, PutRecordBatchCommand, PutRecordCommand } from "@aws-sdk/client-firehose";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { FakeStreams } from "../../test/fakes/fake-streams.ts";
import { putRecord } from "../api/firehose/put-record.ts";
import { putRecordBatch } from "../api/firehose/put-record-batch.ts";
import { Authenticator } from "../api/protocol/authenticator.ts";
import { jsonProtocol } from "../api/protocol/json-protocol.ts";
import { queryProtocol } from "../api/protocol/query-protocol.ts";
import { getCallerIdentity } from "../api/sts/get-caller-identity.ts";
import { systemClock } from "../std/clock.ts";
import { StreamError } from "../streams/stream-error.ts";
import { silentTelemetry } from "../telemetry/telemetry.ts";
import { HttpServer } from "./http-server.ts";

const KEY = {
  accessKeyId: "AKIALAKE",
  secretAccessKey: "secret/+x",
  allow: [{ actions: ["firehose:Put*"], resources: ["arn:aws:firehose:eu-west-1:*:deliverystream/s"] }],
};

async function start(context: TestContext) {
  const streams = new FakeStreams();
  streams.add("s");
  streams.add("private");
  const authenticator = new Authenticator({ clock: systemClock, keys: [KEY] });
  const shared = { authenticator, telemetry: silentTelemetry, clock: systemClock };
  const server = new HttpServer({
    host: "127.0.0.1",
    port: 0,
    routes: [
      jsonProtocol({ ...shared, operations: [putRecord({ streams }), putRecordBatch({ streams })] }),
      queryProtocol({ ...shared, operations: async () => [getCallerIdentity] }),
    ],
    clock: systemClock,
    telemetry: silentTelemetry,
    open: authenticator.open,
    requestBytesMax: 10_000_000,
  });
  const port = await server.listen();
  const configuration = (secretAccessKey = KEY.secretAccessKey, accessKeyId = KEY.accessKeyId) => ({
    endpoint: `http://127.0.0.1:${port}`,
    region: "eu-west-1",
    credentials: { accessKeyId, secretAccessKey },
  });
  const clients: { destroy(): void }[] = [];
  const firehose = (...keys: string[]) => {
    const client = new FirehoseClient({ ...configuration(...keys), maxAttempts: 2, retryMode: "standard" });
    clients.push(client);
    return client;
  };
  context.after(async () => {
    for (const client of clients) client.destroy();
    await server.close(0);
  });
  return { streams, firehose, configuration };
}

const put = (DeliveryStreamName = "s") =>
  new PutRecordBatchCommand({ DeliveryStreamName, Records: [{ Data: Buffer.from("a") }, { Data: new Uint8Array() }] });

test("The AWS SDK puts records with a verified signature", async (context) => {
  const { streams, firehose } = await start(context);
  const answer = await firehose().send(put());
  assert.deepEqual([answer.FailedPutCount, answer.RequestResponses?.length], [0, 2]);
  assert.equal(answer.$metadata.requestId?.length, 36);
  const large = { DeliveryStreamName: "s", Record: { Data: Buffer.alloc(1_024_000, "x") } };
  await firehose().send(new PutRecordCommand(large));
  assert.deepEqual(
    streams.texts.map((text) => text.length),
    [1, 0, 1_024_000],
  );
});

test("The AWS SDK names the exceptions that it gets", async (context) => {
  const { streams, firehose } = await start(context);
  const failsWith = (name: string, message: RegExp) => (error: Error) =>
    error.name === name && message.test(error.message);
  await assert.rejects(firehose("wrong").send(put()), failsWith("InvalidSignatureException", /does not match/));
  await assert.rejects(
    firehose("secret/+x", "AKIAOTHER").send(put()),
    failsWith("UnrecognizedClientException", /token/),
  );
  const denied = failsWith(
    "AccessDeniedException",
    /AKIALAKE is not authorized to perform: firehose:PutRecordBatch on/,
  );
  await assert.rejects(firehose().send(put("private")), denied);
  await assert.rejects(firehose().send(put("a b")), failsWith("ValidationException", /deliveryStreamName/));
  assert.deepEqual(streams.texts, []);
});

test("The AWS SDK repeats a call that was told to slow down, under the same retry key", async (context) => {
  const { streams, firehose } = await start(context);
  const lengths: number[] = [];
  streams.admit = (records) => {
    lengths.push(records.ends.length);
    if (lengths.length === 1) throw new StreamError("slow-down", "Slow down.");
    return records.ends.length;
  };
  await firehose().send(put());
  assert.deepEqual(lengths, [2, 2]);
  assert.match(streams.calls[0]?.retryKey ?? "", /^[\w-]{43}$/);
});

test("The AWS SDK learns from STS who it is", async (context) => {
  const { configuration } = await start(context);
  const client = new STSClient(configuration());
  context.after(() => client.destroy());
  const { Account, Arn, UserId } = await client.send(new GetCallerIdentityCommand({}));
  assert.deepEqual([Account, Arn, UserId], ["000000000000", "arn:aws:iam::000000000000:user/AKIALAKE", "AKIALAKE"]);
});
