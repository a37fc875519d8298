import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import type { LoadOrder } from "./load-order.ts";
import { runLoad } from "./load-run.ts";
import { Requests } from "./requests.ts";

interface Seen {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Peer {
  readonly url: string;
  readonly seen: readonly Seen[];
}

/** A server that accepts everything, in any way that HTTP allows. */
async function startPeer(t: TestContext, headers: Readonly<Record<string, string>> = {}): Promise<Peer> {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = await request.toArray();
    seen.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
    const answer = '{"FailedPutCount":0}';
    response.writeHead(200, { ...headers, "content-length": answer.length });
    response.end(answer);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

function order(url: string, more: Partial<LoadOrder> = {}): LoadOrder {
  return {
    url,
    operation: "PutRecordBatch",
    streams: ["clicks"],
    recordBytes: 200,
    recordsPerRequest: 3,
    bodies: 5,
    connections: 2,
    warmUpMs: 0,
    windowMs: 60_000,
    acceptedBytesMax: 200 * 3 * 20,
    ...more,
  };
}

async function run(one: LoadOrder) {
  return runLoad(one, await new Requests().prepare(one));
}

test("runLoad sends each body in turn and counts what was accepted", async (t) => {
  const peer = await startPeer(t);
  const report = await run(order(peer.url));
  assert.equal(report.failedRequests, 0);
  assert.equal(report.acceptedRecords, peer.seen.length * 3);
  assert.ok(peer.seen.length >= 20);
  assert.equal(new Set(peer.seen.map(({ body }) => body)).size, 5);
  for (const { headers, body } of peer.seen) {
    assert.equal(headers["x-amz-target"], "Firehose_20150804.PutRecordBatch");
    const input = JSON.parse(body);
    assert.equal(input.DeliveryStreamName, "clicks");
    for (const { Data } of input.Records) assert.equal(Buffer.from(Data, "base64").length, 200);
  }
});

test("runLoad sends single records to streams in turn, signed", async (t) => {
  const peer = await startPeer(t);
  const signing = { accessKeyId: "AKID", secretAccessKey: "secret", region: "eu-west-1" };
  const single = { operation: "PutRecord", recordsPerRequest: 1, streams: ["a", "b"], bodies: 4 } as const;
  await run(order(peer.url, { ...single, signing, acceptedBytesMax: 200 * 8 }));
  const streams = peer.seen.map(({ body }) => JSON.parse(body).DeliveryStreamName);
  assert.deepEqual([...new Set(streams)].sort(), ["a", "b"]);
  for (const { headers, body } of peer.seen) {
    assert.equal(Buffer.from(JSON.parse(body).Record.Data, "base64").length, 200);
    assert.match(
      headers.authorization ?? "",
      /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-west-1\/firehose\/aws4_request/,
    );
  }
});

test("runLoad opens connections again that the server closes", async (t) => {
  const peer = await startPeer(t, { connection: "close" });
  const report = await run(order(peer.url));
  assert.equal(report.failedRequests, 0);
  assert.equal(report.acceptedRecords, peer.seen.length * 3);
});

test("runLoad at a rate sends no more requests than are due", async (t) => {
  const peer = await startPeer(t);
  const paced = order(peer.url, { windowMs: 300, requestsPerSecond: 50, connections: 8 });
  await run(paced);
  assert.ok(peer.seen.length <= 15, `${peer.seen.length} requests`);
});
