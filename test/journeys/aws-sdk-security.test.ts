import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { Agent } from "node:https";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { DeleteDeliveryStreamCommand, ListDeliveryStreamsCommand, PutRecordCommand } from "@aws-sdk/client-firehose";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { startProcess } from "../kill/server-process.ts";
import { afterwards } from "./cleanup.ts";
import { clientOf, createStream, putAll, startJourney, temporaryFolder } from "./journey.ts";
import { linesOf, readBucket } from "./read-lake.ts";

/** Who may do what, and over which connection, as the AWS SDK sees it. */

const ADMINISTRATOR = { accessKeyId: "AKIAADMIN", secretAccessKey: "secret/of+admin=" };
const PRODUCER = { accessKeyId: "AKIAPRODUCER", secretAccessKey: "secret-of-producer" };
const ACCESS_KEYS = [
  ADMINISTRATOR,
  {
    ...PRODUCER,
    allow: [{ actions: ["firehose:PutRecord*"], resources: ["arn:aws:firehose:*:*:deliverystream/clicks-*"] }],
  },
];

async function startKeyed(t: TestContext) {
  const tokens = [{ name: "operator", token: "token-of-operator" }];
  const journey = await startJourney(t, { accessKeys: ACCESS_KEYS, tokens });
  const as = (credentials: { accessKeyId: string; secretAccessKey: string }) =>
    // The SDK notes things in the object that it is given.
    clientOf(t, journey.lakehose.url, { credentials: { ...credentials } });
  return { ...journey, as };
}

const put = (DeliveryStreamName: string) =>
  new PutRecordCommand({ DeliveryStreamName, Record: { Data: Buffer.from("signed\n") } });

test("a signed request goes through with its own key, and only where a rule allows it", async (t) => {
  const { as, data, lakehose } = await startKeyed(t);
  const administrator = as(ADMINISTRATOR);
  await createStream(administrator, "clicks-web");
  await createStream(administrator, "orders");
  const producer = as(PRODUCER);
  await producer.send(put("clicks-web"));
  await assert.rejects(producer.send(put("orders")), {
    name: "AccessDeniedException",
    $fault: "client",
    message: /AKIAPRODUCER is not authorized to perform: firehose:PutRecord on .*deliverystream\/orders/,
  });
  await assert.rejects(producer.send(new ListDeliveryStreamsCommand({})), { name: "AccessDeniedException" });
  await assert.rejects(producer.send(new DeleteDeliveryStreamCommand({ DeliveryStreamName: "clicks-web" })), {
    name: "AccessDeniedException",
  });
  await lakehose.flush();
  const objects = await readBucket(data, "lake");
  assert.deepEqual(
    objects.flatMap(({ bytes }) => linesOf(bytes)),
    ["signed\n"],
  );
});

test("a wrong secret, an unknown key and a clock that is far off are refused", async (t) => {
  const { as, lakehose } = await startKeyed(t);
  const list = new ListDeliveryStreamsCommand({});
  await assert.rejects(as({ ...ADMINISTRATOR, secretAccessKey: "guess" }).send(list), {
    name: "InvalidSignatureException",
  });
  await assert.rejects(as({ ...ADMINISTRATOR, accessKeyId: "AKIANOBODY" }).send(list), {
    name: "UnrecognizedClientException",
  });
  const late = clientOf(t, lakehose.url, { credentials: { ...ADMINISTRATOR }, systemClockOffset: -20 * 60_000 });
  await assert.rejects(late.send(list), { name: "InvalidSignatureException", message: /expired|not current/i });
});

test("without a signature or a token nothing answers but the probes", async (t) => {
  const { lakehose } = await startKeyed(t);
  const { url } = lakehose;
  assert.equal((await fetch(`${url}/healthz`)).status, 200);
  const unsigned = await fetch(url, {
    method: "POST",
    headers: { "x-amz-target": "Firehose_20150804.ListDeliveryStreams", "content-type": "application/x-amz-json-1.1" },
    body: "{}",
  });
  assert.equal(unsigned.headers.get("x-amzn-errortype"), "MissingAuthenticationTokenException");
  for (const path of ["/api/streams", "/metrics"]) {
    assert.equal((await fetch(`${url}${path}`)).status, 401, path);
    const wrong = await fetch(`${url}${path}`, { headers: { authorization: "Bearer guess" } });
    assert.equal(wrong.status, 401, path);
    const right = await fetch(`${url}${path}`, { headers: { authorization: "Bearer token-of-operator" } });
    assert.equal(right.status, 200, path);
  }
});

test("STS tells who the key belongs to", async (t) => {
  const { lakehose } = await startKeyed(t);
  const client = new STSClient({ endpoint: lakehose.url, region: "eu-west-1", credentials: { ...PRODUCER } });
  afterwards(t, () => client.destroy());
  const { Account, Arn } = await client.send(new GetCallerIdentityCommand({}));
  assert.deepEqual([Account, Arn], ["000000000000", "arn:aws:iam::000000000000:user/AKIAPRODUCER"]);
});

test("TLS with the CA that lakehose up prints: trusted clients get through, others do not", async (t) => {
  const data = await temporaryFolder(t);
  const config = join(data, "lakehose.yaml");
  await writeFile(config, "tls: { selfSigned: true }\n");
  const server = startProcess(join(data, "data"), ["--config", config]);
  afterwards(t, () => server.kill("SIGKILL"));
  const address = await server.ready;
  assert.match(address, /^https:\/\/127\.0\.0\.1:\d+$/);
  const caFile = /^clients have to trust (\S+) \(AWS_CA_BUNDLE, NODE_EXTRA_CA_CERTS\)$/m.exec(server.output())?.[1];
  const ca = await readFile(caFile ?? "");
  const trusting = clientOf(t, address, { requestHandler: { httpsAgent: new Agent({ ca, keepAlive: true }) } });
  await createStream(trusting, "secure", { BufferingHints: { IntervalInSeconds: 0, SizeInMBs: 1 } });
  await putAll(trusting, "secure", [Buffer.from("over TLS\n")]);
  const stranger = clientOf(t, address);
  await assert.rejects(stranger.send(put("secure")), { code: /SELF_SIGNED_CERT|UNABLE_TO_VERIFY/ });
  const [, port] = /:(\d+)$/.exec(address) ?? [];
  await assert.rejects(fetch(`http://127.0.0.1:${port}/healthz`), "no plain HTTP on the same port");
  assert.deepEqual(await server.kill("SIGTERM"), { code: 0, signal: null });
});
