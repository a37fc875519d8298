import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import { type Lakehose, type StartOptions, start } from "../../src/server/start.ts";
import { DeliveringFirehose } from "../fakes/delivering-firehose.ts";
import { afterwards } from "./cleanup.ts";
import { PATIENT, ROLE, temporaryFolder } from "./journey.ts";
import { readBucket } from "./read-lake.ts";

const TOKEN = "key-of-the-edge";

function configuration(data: string, more: StartOptions = {}): StartOptions {
  const stream = (name: string) => ({
    DeliveryStreamName: name,
    ExtendedS3DestinationConfiguration: {
      RoleARN: ROLE,
      BucketARN: "arn:aws:s3:::lake",
      Prefix: `${name}/`,
      BufferingHints: PATIENT,
    },
  });
  return {
    data,
    accessKeys: [{ accessKeyId: "key", secretAccessKey: "secret" }],
    tokens: [{ name: "edge", token: TOKEN }],
    hooks: { payments: { stream: "clicks", signature: "stripe", secrets: ["whsec"] } },
    streams: [stream("clicks")],
    ...more,
  };
}

async function served(t: TestContext, data: string, more: StartOptions = {}): Promise<Lakehose> {
  const lakehose = await start(configuration(data, more));
  afterwards(t, () => lakehose.close().catch(() => undefined));
  return lakehose;
}

async function landed(lakehose: Lakehose, data: string): Promise<string> {
  await lakehose.flush("clicks");
  return (await readBucket(data, "lake")).map(({ bytes }) => bytes.toString("latin1")).join("");
}

const firehoseUrl = ({ url }: Lakehose) => `${url}/v1/streams/clicks/firehose`;

test("what Amazon Data Firehose delivers lands once, though every other answer gets lost", async (t) => {
  const data = await temporaryFolder(t);
  const lakehose = await served(t, data);
  let successes = 0;
  const losesAnswer = () => successes++ % 2 === 0;
  const expected: string[] = [];
  for (const gzip of [false, true]) {
    const firehose = new DeliveringFirehose({ url: firehoseUrl(lakehose), accessKey: TOKEN, gzip, losesAnswer });
    for (let delivery = 0; delivery < 10; delivery++) {
      const lines = Array.from({ length: 50 }, (_, line) => `${gzip}-${delivery}-${line}\n`);
      expected.push(...lines);
      assert.equal(await firehose.deliver(lines.map((line) => Buffer.from(line))), "delivered");
    }
    assert.deepEqual([firehose.attempts, firehose.failures], [20, []]);
  }
  assert.deepEqual((await landed(lakehose, data)).split("\n").sort(), expected.join("").split("\n").sort());
});

test("a delivery is not stored again after a restart, and neither are an event and a webhook", async (t) => {
  const data = await temporaryFolder(t);
  const body = '{"id":"evt_1"}\n';
  const time = Math.round(Date.now() / 1000);
  const signature = createHmac("sha256", "whsec").update(`${time}.${body}`).digest("hex");
  const event = { specversion: "1.0", id: "1", source: "/s", type: "t" };
  const requestId = "same";
  const sendAll = async ({ url }: Lakehose) => {
    const delivery = await fetch(`${url}/v1/streams/clicks/firehose`, {
      method: "POST",
      headers: {
        "x-amz-firehose-protocol-version": "1.0",
        "x-amz-firehose-request-id": requestId,
        "x-amz-firehose-source-arn": "arn",
        "x-amz-firehose-access-key": TOKEN,
      },
      body: JSON.stringify({ requestId, timestamp: 1, records: [{ data: "YQo=" }] }),
    });
    const events = await fetch(`${url}/v1/streams/clicks/events`, {
      method: "POST",
      headers: { "content-type": "application/cloudevents+json", authorization: `Bearer ${TOKEN}` },
      body: JSON.stringify(event),
    });
    const headers = { "stripe-signature": `t=${time},v1=${signature}` };
    const hook = await fetch(`${url}/hooks/payments`, { method: "POST", headers, body });
    assert.deepEqual([delivery.status, events.status, hook.status], [200, 200, 200]);
    return [await events.json(), await hook.json()];
  };
  const before = await start(configuration(data));
  const once = { accepted: 1, duplicates: 0 };
  assert.deepEqual(await sendAll(before), [once, once]);
  await before.close();
  const lakehose = await served(t, data);
  const again = { accepted: 0, duplicates: 1 };
  assert.deepEqual(await sendAll(lakehose), [again, again]);
  assert.equal(await landed(lakehose, data), `a\n${JSON.stringify(event)}${body}`);
});

test("a delivery of 64 MiB lands whole, beside others, and one that is larger is given up", async (t) => {
  const data = await temporaryFolder(t);
  const lakehose = await served(t, data);
  const firehose = new DeliveringFirehose({ url: firehoseUrl(lakehose), accessKey: TOKEN });
  const record = randomBytes(1_024_000);
  const records = Array.from({ length: 49 }, () => record);
  const beside = Array.from({ length: 20 }, () =>
    fetch(`${lakehose.url}/v1/streams/clicks/records`, {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}` },
      body: "x".repeat(1_000_000),
    }),
  );
  assert.equal(await firehose.deliver(records), "delivered");
  for (const { status } of await Promise.all(beside)) assert.ok(status === 200 || status === 503, `got ${status}`);
  const packed = new DeliveringFirehose({ url: firehoseUrl(lakehose), accessKey: TOKEN, gzip: true });
  const plain = Buffer.alloc(1_024_000, "x");
  assert.equal(await packed.deliver(records.map(() => plain)), "delivered");
  assert.equal(await packed.deliver([...records, record].map(() => plain)), "given-up");
  assert.equal(packed.attempts, 2);
  const content = await landed(lakehose, data);
  const marker = record.toString("latin1");
  let found = 0;
  for (let at = content.indexOf(marker); at >= 0; at = content.indexOf(marker, at + marker.length)) found++;
  assert.equal(found, 49);
});

test("a delivery that would unpack to more than it may have is refused, and nothing of it stays", async (t) => {
  const data = await temporaryFolder(t);
  const lakehose = await served(t, data);
  const bomb = gzipSync(Buffer.alloc(200_000_000, " "));
  const post = (headers: Record<string, string>) =>
    fetch(firehoseUrl(lakehose), {
      method: "POST",
      headers: {
        "x-amz-firehose-protocol-version": "1.0",
        "x-amz-firehose-request-id": "bomb",
        "x-amz-firehose-source-arn": "arn",
        "content-encoding": "gzip",
        ...headers,
      },
      body: bomb,
    });
  assert.equal((await post({ "x-amz-firehose-access-key": TOKEN })).status, 413);
  const stranger = await post({});
  assert.equal(stranger.status, 401);
  assert.match(await stranger.text(), /^\{"requestId":"bomb","timestamp":\d+,"errorMessage":"Missing key/);
  assert.equal(await landed(lakehose, data), "");
});

test("a wrong key, and one that may not put there, are told so", async (t) => {
  const lakehose = await served(t, await temporaryFolder(t));
  const url = firehoseUrl(lakehose);
  const wrong = new DeliveringFirehose({ url, accessKey: "wrong", attemptsMax: 2 });
  assert.equal(await wrong.deliver([Buffer.from("a")]), "retries-over");
  assert.deepEqual(wrong.failures, Array(2).fill("401 The token is not one of those configured"));
  const limited = {
    name: "limited",
    token: "limited",
    allow: [{ actions: ["firehose:Put*"], resources: ["*/other"] }],
  };
  await lakehose.close();
  const next = await served(t, await temporaryFolder(t), { tokens: [limited] });
  const denied = new DeliveringFirehose({ url: firehoseUrl(next), accessKey: "limited", attemptsMax: 1 });
  assert.equal(await denied.deliver([Buffer.from("a")]), "retries-over");
  assert.match(denied.failures[0] ?? "", /^403 .*not authorized to perform: firehose:PutRecordBatch/);
});

test("two hundred senders of one webhook leave each event once", async (t) => {
  const data = await temporaryFolder(t);
  const lakehose = await served(t, data);
  const time = Math.round(Date.now() / 1000);
  const send = (event: number) => {
    const body = `{"id":"evt_${event}"}\n`;
    const signature = createHmac("sha256", "whsec").update(`${time}.${body}`).digest("hex");
    const headers = { "stripe-signature": `t=${time},v1=${signature}` };
    return fetch(`${lakehose.url}/hooks/payments`, { method: "POST", headers, body });
  };
  const answers = await Promise.all(Array.from({ length: 200 }, (_, at) => send(at % 50)));
  assert.ok(answers.every(({ status }) => status === 200));
  const lines = (await landed(lakehose, data)).trimEnd().split("\n").sort();
  assert.deepEqual(lines, Array.from({ length: 50 }, (_, event) => `{"id":"evt_${event}"}`).sort());
});
