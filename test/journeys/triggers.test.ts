import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { FirehoseClient, PutRecordCommand } from "@aws-sdk/client-firehose";
import { CopyObjectCommand, CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { type Lakehose, type StartOptions, start } from "../../src/server/start.ts";
import type { TriggerStatus } from "../../src/triggers/triggers.ts";
import { afterwards } from "./cleanup.ts";
import { temporaryFolder } from "./journey.ts";

interface S3Records {
  readonly Records: readonly {
    readonly eventName: string;
    readonly s3: {
      readonly configurationId: string;
      readonly bucket: { readonly name: string; readonly arn: string };
      readonly object: { readonly key: string; readonly size: number; readonly eTag: string };
    };
  }[];
}

/** An HTTP address that keeps what it is called with. */
class Receiver {
  readonly bodies: S3Records[] = [];
  readonly signatures: boolean[] = [];
  status = 200;
  url = "";

  static async open(t: TestContext): Promise<Receiver> {
    const receiver = new Receiver();
    const server = createServer(async (request: IncomingMessage, response) => {
      const body = Buffer.concat(await request.toArray());
      const expected = `sha256=${createHmac("sha256", "shared").update(body).digest("hex")}`;
      receiver.signatures.push(request.headers["x-lakehose-signature"] === expected);
      if (receiver.status === 200) receiver.bodies.push(JSON.parse(body.toString()));
      response.writeHead(receiver.status).end("no");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    afterwards(t, () => server.close());
    receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
    return receiver;
  }

  get keys(): readonly string[] {
    return this.bodies.flatMap(({ Records }) => Records.map(({ s3 }) => s3.object.key));
  }
}

const credentials = { accessKeyId: "any", secretAccessKey: "any" };
const clientOptions = (url: string) => ({ endpoint: url, region: "us-east-1", credentials });
const clicks = {
  DeliveryStreamName: "clicks",
  ExtendedS3DestinationConfiguration: {
    RoleARN: "arn:aws:iam::000000000000:role/r",
    BucketARN: "arn:aws:s3:::lake",
    Prefix: "clicks/",
    BufferingHints: { IntervalInSeconds: 60, SizeInMBs: 1 },
  },
};

async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!(await holds())) {
    assert.ok(performance.now() < deadline, `waited for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const list = async (server: Lakehose): Promise<readonly TriggerStatus[]> => {
  const response = await fetch(`${server.url}/api/triggers`);
  return ((await response.json()) as { triggers: readonly TriggerStatus[] }).triggers;
};

test("a new object under a prefix calls an address with the event of S3, signed, and a copy does too", async (t) => {
  const receiver = await Receiver.open(t);
  const options: StartOptions = {
    triggers: {
      arrived: {
        kind: "object-created",
        to: { webhook: { url: receiver.url, secret: "shared" } },
        options: { bucket: "lake", prefix: "raw/", suffix: ".xml" },
      },
    },
    streams: [clicks],
  };
  const server = await start(options);
  afterwards(t, () => server.close());
  const s3 = new S3Client({ ...clientOptions(server.url), forcePathStyle: true });
  afterwards(t, () => s3.destroy());
  await s3.send(new CreateBucketCommand({ Bucket: "lake" }));
  for (const Key of ["raw/a b+é.xml", "raw/other.txt", "elsewhere/a.xml"]) {
    await s3.send(new PutObjectCommand({ Bucket: "lake", Key, Body: "<x/>" }));
  }
  await s3.send(new CopyObjectCommand({ Bucket: "lake", Key: "raw/copy.xml", CopySource: "lake/elsewhere/a.xml" }));
  await until(() => receiver.bodies.length === 2, "two calls");
  assert.deepEqual(receiver.keys, ["raw/a+b%2B%C3%A9.xml", "raw/copy.xml"]);
  const [first, second] = receiver.bodies.map(({ Records }) => Records[0]);
  assert.deepEqual(
    [first?.eventName, first?.s3.object.size, first?.s3.bucket.arn, first?.s3.configurationId],
    ["ObjectCreated:Put", 4, "arn:aws:s3:::lake", "arrived"],
  );
  assert.equal(second?.eventName, "ObjectCreated:Copy");
  assert.ok(receiver.signatures.every((fits) => fits));
});

test("what was delivered is told of, also when the address was away meanwhile and the server restarted", async (t) => {
  const receiver = await Receiver.open(t);
  receiver.status = 503;
  const data = await temporaryFolder(t);
  const options: StartOptions = {
    data,
    streams: [clicks],
    triggers: {
      landed: {
        kind: "object-delivered",
        to: { webhook: { url: receiver.url } },
        options: { bucket: "lake", stream: "clicks" },
      },
    },
  };
  const first = await start(options);
  afterwards(t, () => first.close());
  const firehose = new FirehoseClient(clientOptions(first.url));
  await firehose.send(new PutRecordCommand({ DeliveryStreamName: "clicks", Record: { Data: Buffer.from("one\n") } }));
  await first.flush();
  await until(async () => ((await list(first))[0]?.failedCalls ?? 0) > 0, "a call that fails");
  const [waiting] = await list(first);
  assert.match(waiting?.callFailure?.message ?? "", /answered 503/);
  assert.equal(waiting?.state, "held");
  firehose.destroy();
  await first.close();
  receiver.status = 200;
  const second = await start(options);
  afterwards(t, () => second.close());
  await until(() => receiver.bodies.length === 1, "the call");
  assert.match(receiver.keys[0] ?? "", /^clicks\/\d{4}\/\d\d\/\d\d\/\d\d\/clicks-1-/);
});

test("events that were given up go where the trigger says", async (t) => {
  const receiver = await Receiver.open(t);
  receiver.status = 500;
  const server = await start({
    streams: [clicks],
    triggers: {
      arrived: {
        kind: "object-created",
        to: { webhook: { url: receiver.url } },
        options: { bucket: "lake", prefix: "raw/" },
        retryAttempts: 0,
        onFailure: { stream: "clicks" },
      },
    },
  });
  afterwards(t, () => server.close());
  const s3 = new S3Client({ ...clientOptions(server.url), forcePathStyle: true });
  afterwards(t, () => s3.destroy());
  await s3.send(new CreateBucketCommand({ Bucket: "lake" }));
  await s3.send(new PutObjectCommand({ Bucket: "lake", Key: "raw/a", Body: "x" }));
  await until(async () => ((await list(server))[0]?.givenUp ?? 0) > 0, "giving up");
  await server.flush();
  const kept: string[] = [];
  for await (const { bytes } of server.records("clicks")) kept.push(bytes.toString());
  const [document] = kept.map((text) => JSON.parse(text));
  assert.equal(document.requestContext.condition, "RetryAttemptsExhausted");
  assert.equal(document.payload.Records[0].s3.object.key, "raw/a");
});

test("a trigger that cannot be is refused at the start, with its name", async () => {
  const wrong: StartOptions = {
    triggers: { nightly: { kind: "schedule", to: { function: "f" }, options: { cron: "every day" } } },
  };
  await assert.rejects(start(wrong), /triggers\.nightly: .*cron/s);
});
