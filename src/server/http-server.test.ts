import assert from "node:assert/strict";
import { connect } from "node:net";
import { type TestContext, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { FakeStreams } from "../../test/fakes/fake-streams.ts";
import { putRecordBatch } from "../api/firehose/put-record-batch.ts";
import { putRecordsRoute } from "../api/http/put-records.ts";
import { Authenticator, type AuthenticatorOptions } from "../api/protocol/authenticator.ts";
import { jsonProtocol } from "../api/protocol/json-protocol.ts";
import { queryProtocol } from "../api/protocol/query-protocol.ts";
import { getCallerIdentity } from "../api/sts/get-caller-identity.ts";
import { systemClock } from "../std/clock.ts";
import { silentTelemetry } from "../telemetry/telemetry.ts";
import { HttpServer, type HttpServerOptions } from "./http-server.ts";

interface Running {
  readonly port: number;
  readonly streams: FakeStreams;
  readonly server: HttpServer;
  /** Sends raw bytes and resolves to all that came back once the server closed or said all of `expected`. */
  raw(bytes: string | Buffer, until?: RegExp): Promise<string>;
}

async function start(
  context: TestContext,
  options: Partial<HttpServerOptions> = {},
  access: Partial<AuthenticatorOptions> = {},
): Promise<Running> {
  const streams = new FakeStreams();
  streams.add("s");
  const authenticator = new Authenticator({ clock: systemClock, ...access });
  const shared = { authenticator, telemetry: silentTelemetry, clock: systemClock };
  const server = new HttpServer({
    host: "127.0.0.1",
    port: 0,
    routes: [
      jsonProtocol({ ...shared, operations: [putRecordBatch({ streams })] }),
      queryProtocol({ ...shared, operations: async () => [getCallerIdentity] }),
      putRecordsRoute({ ...shared, streams }),
    ],
    clock: systemClock,
    telemetry: silentTelemetry,
    open: authenticator.open,
    requestBytesMax: 1_000_000,
    ...options,
  });
  const port = await server.listen();
  context.after(() => server.close(0));
  return { port, streams, server, raw: (bytes, until) => raw(port, bytes, until) };
}

function raw(port: number, bytes: string | Buffer, until = /\r\n\r\n[\s\S]+$/): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      if (until.test(text)) socket.destroy();
    });
    socket.on("close", () => resolve(text));
    socket.on("error", () => undefined);
    socket.write(bytes);
  });
}

const PUT = "X-Amz-Target: Firehose_20150804.PutRecordBatch\r\n";
const BODY = '{"DeliveryStreamName":"s","Records":[{"Data":"YQ=="}]}';
const HEAD = (port: number, more: string) => `POST / HTTP/1.1\r\nHost: localhost:${port}\r\n${more}\r\n`;

function post(port: number, path: string, init: RequestInit & { headers?: Record<string, string> } = {}) {
  return fetch(`http://127.0.0.1:${port}${path}`, { method: "POST", ...init });
}

const INGEST = "/v1/streams/s/records";

test("HttpServer serves AWS puts with a length, in chunks, and byte by byte", async (context) => {
  const { port, raw, streams } = await start(context);
  const sized = await raw(HEAD(port, `${PUT}Content-Length: ${BODY.length}\r\n`) + BODY);
  assert.match(sized, /^HTTP\/1.1 200 [\s\S]*x-amzn-RequestId: [\s\S]*"FailedPutCount":0/);
  const chunked = `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`;
  assert.match(await raw(HEAD(port, `${PUT}Transfer-Encoding: chunked\r\n`) + chunked), /"FailedPutCount":0/);
  assert.deepEqual(streams.texts, ["a", "a"]);
});

test("HttpServer answers bad requests and goes on", async (context) => {
  const { port, raw, server } = await start(context);
  const closing = /\r\n\r\n/;
  assert.match(await raw("\x00\x01\x02\r\n\r\n", closing), /^HTTP\/1.1 400 /);
  assert.match(await raw("POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\nx", closing), /^HTTP\/1.1 400 /);
  assert.match(await raw(HEAD(port, "Content-Length: -1\r\n"), closing), /^HTTP\/1.1 400 /);
  const both = HEAD(port, "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n");
  assert.match(await raw(`${both}0\r\n\r\n`, closing), /^HTTP\/1.1 400 /);
  assert.match(await raw(HEAD(port, `X-Long: ${"x".repeat(20_000)}\r\n`), closing), /^HTTP\/1.1 431 /);
  assert.match(
    await raw(`${HEAD(port, `${PUT}Content-Length: 1\r\n`)}{`),
    /400 [\s\S]*x-amzn-ErrorType: SerializationException/,
  );
  const unknown = HEAD(port, "X-Amz-Target: Firehose_20150804.Nothing\r\nContent-Length: 2\r\n");
  assert.match(await raw(`${unknown}{}`), /"__type":"UnknownOperationException"/);
  assert.match(
    await raw(`GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n`),
    /^HTTP\/1.1 404 [\s\S]*"code":"not-found"/,
  );
  assert.equal((await post(port, INGEST, { body: "still here" })).status, 200);
  assert.equal(server.bodyBytesUnderWay, 0);
});

test("HttpServer refuses bodies above the limit without reading them into memory", async (context) => {
  const { port, raw, server } = await start(context, { requestBytesMax: 1000 });
  const declared = await raw(HEAD(port, `${PUT}Content-Length: 999999999999\r\n`) + "x".repeat(100));
  assert.match(declared, /^HTTP\/1.1 413 [\s\S]*connection: close[\s\S]*RequestEntityTooLargeException/);
  const chunk = `400\r\n${"x".repeat(1024)}\r\n`;
  assert.match(await raw(HEAD(port, `${PUT}Transfer-Encoding: chunked\r\n`) + chunk), /^HTTP\/1.1 413 /);
  const large = await post(port, INGEST, { body: "x".repeat(100_000) });
  assert.equal(large.status, 413);
  assert.deepEqual(Object.keys((await large.json()) as object), ["code", "message", "action"]);
  assert.equal(server.bodyBytesUnderWay, 0);
});

test("HttpServer ends clients that send their headers or bodies too slowly", async (context) => {
  const { port, raw, server } = await start(context, { headersMsMax: 50, requestMsMax: 100, slowCheckMs: 25 });
  assert.match(await raw("POST / HTTP/1.1\r\nHost: loc", /never/), /^HTTP\/1.1 408 /);
  assert.match(await raw(`${HEAD(port, `${PUT}Content-Length: 100\r\n`)}{"Deli`, /never/), /^HTTP\/1.1 408 /);
  await server.close(1000);
  assert.equal(server.bodyBytesUnderWay, 0);
});

test("HttpServer closes connections that were idle for long, and none that is in use", async (context) => {
  const { port } = await start(context, { idleMsMax: 300 });
  const connected = () => {
    const socket = connect(port, "127.0.0.1");
    context.after(() => socket.destroy());
    const answered = () => new Promise((resolve) => socket.once("data", resolve));
    const ask = () => socket.write(`POST ${INGEST} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx`);
    return { ask, answered, closed: new Promise((resolve) => socket.once("close", resolve)) };
  };
  const [used, unused] = [connected(), connected()];
  const inTurn = async ({ ask, answered }: typeof used) => {
    const answer = answered();
    ask();
    assert.match(String(await answer), /^HTTP\/1.1 200 /);
  };
  await inTurn(unused);
  let isClosed = false;
  const closed = unused.closed.then(() => {
    isClosed = true;
  });
  while (!isClosed) {
    await inTurn(used);
    await Promise.race([closed, setTimeout(10)]);
  }
  await inTurn(used);
});

test("HttpServer closes idle connections when there is no room for new ones", async (context) => {
  const { port } = await start(context, { connectionsMax: 3 });
  const request = `POST ${INGEST} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx`;
  const idle = await Promise.all(
    Array.from({ length: 3 }, async () => {
      const socket = connect(port, "127.0.0.1");
      context.after(() => socket.destroy());
      socket.write(request);
      assert.match(String(await new Promise((resolve) => socket.once("data", resolve))), /^HTTP\/1.1 200 /);
      return { closed: new Promise((resolve) => socket.once("close", resolve)) };
    }),
  );
  assert.equal(await raw(port, request), "", "the one that comes too many is dropped");
  await Promise.all(idle.map(({ closed }) => closed));
  assert.match(await raw(port, request), /^HTTP\/1.1 200 /);
});

test("HttpServer lets bodies wait for memory, and tells those that waited too long to slow down", async (context) => {
  const { port, streams, server } = await start(context, {
    requestBytesMax: 1000,
    bodyBytesMax: 1000,
    bodyWaitMsMax: 50,
  });
  let open = () => undefined as undefined;
  const opened = new Promise<void>((resolve) => {
    open = () => resolve() as undefined;
  });
  let arrived = () => undefined as undefined;
  const holding = new Promise<void>((resolve) => {
    arrived = () => resolve() as undefined;
  });
  streams.admit = async () => {
    arrived();
    await opened;
    return 1;
  };
  const first = post(port, INGEST, { body: "x".repeat(800) });
  await holding;
  const refused = await post(port, INGEST, { body: "y".repeat(800) });
  assert.equal(refused.status, 503);
  assert.match(await refused.text(), /"message":"Slow down."/);
  const aws = await post(port, "/", {
    body: BODY.padEnd(800),
    headers: { "x-amz-target": "Firehose_20150804.PutRecordBatch" },
  });
  assert.deepEqual([aws.status, aws.headers.get("x-amzn-errortype")], [500, "ServiceUnavailableException"]);
  const small = post(port, INGEST, { body: "small" });
  open();
  assert.deepEqual([(await first).status, (await small).status], [200, 200]);
  assert.equal((await post(port, INGEST, { body: "y".repeat(800) })).status, 200);
  await server.close(1000);
  assert.equal(server.bodyBytesUnderWay, 0);
});

test("HttpServer gives memory back when a client goes away in mid-body", async (context) => {
  const { port, server, streams } = await start(context, { requestBytesMax: 1000, bodyBytesMax: 1000 });
  await new Promise<void>((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(`${HEAD(port, `${PUT}Content-Length: 1000\r\n`)}half`, () => socket.destroy());
    });
    socket.on("close", () => resolve());
  });
  assert.equal((await post(port, INGEST, { body: "z".repeat(1000) })).status, 200);
  assert.deepEqual(streams.texts, ["z".repeat(1000)]);
  await server.close(1000);
  assert.equal(server.bodyBytesUnderWay, 0);
});

test("HttpServer without keys listens on loopback only and refuses foreign pages", async (context) => {
  const { port, raw, streams } = await start(context);
  const request = (headers: string) => raw(`POST ${INGEST} HTTP/1.1\r\n${headers}Content-Length: 1\r\n\r\nx`);
  for (const host of ["evil.example", `evil.example:${port}`, "127.0.0.1.evil.example", "169.254.1.1", ""]) {
    assert.match(await request(`Host: ${host}\r\n`), /^HTTP\/1.1 403 /, host);
  }
  for (const origin of ["http://evil.example", "null", "https://localhost", `http://localhost:${port + 1}`]) {
    assert.match(await request(`Host: localhost:${port}\r\nOrigin: ${origin}\r\n`), /^HTTP\/1.1 403 /, origin);
  }
  assert.deepEqual(streams.texts, []);
  for (const host of ["localhost", "127.0.0.1", "[::1]", "LOCALHOST", "firehose.localhost"]) {
    assert.match(await request(`Host: ${host}:${port}\r\nOrigin: http://${host}:${port}\r\n`), /^HTTP\/1.1 200 /, host);
  }
  await assert.rejects(start(context, { host: "0.0.0.0" }), /Without access keys only loopback may be listened on/);
});

test("HttpServer with keys answers strangers in each protocol's own words", async (context) => {
  const key = { accessKeyId: "AK", secretAccessKey: "secret", allow: [] };
  const everything = [{ actions: ["firehose:Put*"], resources: ["arn:aws:firehose:*:*:deliverystream/s"] }];
  const tokens = [
    { name: "all", token: "good", allow: everything },
    { name: "none", token: "poor", allow: [] },
  ];
  const { port, streams } = await start(context, {}, { keys: [key], tokens });
  const aws = await post(port, "/", { body: BODY, headers: { "x-amz-target": "Firehose_20150804.PutRecordBatch" } });
  assert.deepEqual([aws.status, aws.headers.get("x-amzn-errortype")], [400, "MissingAuthenticationTokenException"]);
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const sts = await post(port, "/", { body: "Action=GetCallerIdentity&Version=2011-06-15", headers: form });
  assert.equal(sts.status, 403);
  assert.match(await sts.text(), /<Code>MissingAuthenticationToken<\/Code>/);
  const ingest = (authorization: string) => post(port, INGEST, { body: "x", headers: { authorization } });
  assert.equal((await ingest("")).status, 401);
  assert.equal((await ingest("Bearer bad")).status, 401);
  const denied = await ingest("Bearer poor");
  assert.equal(denied.status, 403);
  assert.match(await denied.text(), /none is not authorized to perform: firehose:PutRecordBatch on resource: arn:aws:/);
  assert.deepEqual(streams.texts, []);
  assert.equal((await ingest("Bearer good")).status, 200);
});

test("STS GetCallerIdentity answers in XML", async (context) => {
  const { port } = await start(context);
  const answer = await post(port, "/", {
    body: "Action=GetCallerIdentity&Version=2011-06-15",
    headers: {
      "content-type": "application/x-www-form-urlencoded; charset=utf-8",
      authorization:
        "AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-west-1/sts/aws4_request, SignedHeaders=host, Signature=0",
    },
  });
  const text = await answer.text();
  assert.match(text, /<GetCallerIdentityResult><Arn>arn:aws:iam::000000000000:user\/AKID<\/Arn>/);
  assert.match(text, /<Account>000000000000<\/Account>/);
  const unknown = await post(port, "/", {
    body: "Action=Other",
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });
  assert.match(await unknown.text(), /<Code>InvalidAction<\/Code>/);
});

test("POST /v1/streams/NAME/records takes NDJSON by line and anything else whole, packed or not", async (context) => {
  const { port, streams } = await start(context);
  const ndjson = { "content-type": "application/x-ndjson" };
  const lines = await post(port, INGEST, { body: '{"a":1}\n\n{"a":2}\r\n\r\n{"a":3}', headers: ndjson });
  assert.deepEqual([lines.status, await lines.json()], [200, { accepted: 3, refused: [], repeated: false }]);
  assert.deepEqual(streams.texts.splice(0), ['{"a":1}\n', '{"a":2}\r\n', '{"a":3}\n']);
  streams.calls.length = 0;
  const packed = Buffer.from("1\n2\n");
  await post(port, INGEST, { body: gzipSync(packed), headers: { ...ndjson, "content-encoding": "gzip" } });
  await post(port, INGEST, { body: zstdCompressSync(packed), headers: { ...ndjson, "content-encoding": "zstd" } });
  await post(port, INGEST, { body: "one\nrecord", headers: { "content-type": "text/plain" } });
  assert.deepEqual(streams.texts, ["1\n", "2\n", "1\n", "2\n", "one\nrecord"]);
});

test("POST /v1/streams/NAME/records says what is wrong with a request", async (context) => {
  const { port, raw, server } = await start(context);
  const statusOf = async (path: string, init: Parameters<typeof post>[2]) => (await post(port, path, init)).status;
  assert.equal(await statusOf("/v1/streams/absent/records", { body: "x" }), 404);
  assert.equal(await statusOf(INGEST, { body: "" }), 400);
  assert.equal(await statusOf(INGEST, { body: "x", headers: { "content-encoding": "br" } }), 415);
  assert.equal(await statusOf(INGEST, { body: "not gzip", headers: { "content-encoding": "gzip" } }), 400);
  assert.equal(await statusOf(INGEST, { body: "x", headers: { "idempotency-key": "k".repeat(256) } }), 400);
  assert.match(await raw(`GET ${INGEST} HTTP/1.1\r\nHost: localhost\r\n\r\n`), /^HTTP\/1.1 405 /);
  const bomb = gzipSync(Buffer.alloc(50_000_000));
  assert.equal(await statusOf(INGEST, { body: bomb, headers: { "content-encoding": "gzip" } }), 413);
  const zstdBomb = zstdCompressSync(Buffer.alloc(50_000_000));
  assert.equal(await statusOf(INGEST, { body: zstdBomb, headers: { "content-encoding": "zstd" } }), 413);
  await server.close(1000);
  assert.equal(server.bodyBytesUnderWay, 0);
});

test("POST /v1/streams/NAME/records appends large batches in pieces and tells which records were refused", async (context) => {
  const { port, streams } = await start(context);
  const ndjson = { "content-type": "application/x-ndjson", "idempotency-key": "k" };
  const body = "x\n".repeat(25_000);
  const whole = await post(port, INGEST, { body, headers: ndjson });
  assert.deepEqual(await whole.json(), { accepted: 25_000, refused: [], repeated: false });
  const pieces = streams.calls.map((call) => [call.records.ends.length, call.retryKey]);
  assert.deepEqual(
    pieces.map(([count]) => count),
    [10_000, 10_000, 5_000],
  );
  assert.equal(new Set(pieces.map(([, retryKey]) => retryKey)).size, 3);
  let appends = 0;
  streams.admit = (records) => (appends++ === 0 ? records.ends.length : 3);
  const part = await post(port, INGEST, { body, headers: ndjson });
  const { accepted, refused } = (await part.json()) as { accepted: number; refused: { index: number }[] };
  assert.deepEqual([part.status, accepted, refused.length, refused[0]?.index], [207, 10_003, 14_997, 10_003]);
});

test("HttpServer.close() finishes what is under way", async (context) => {
  const { port, streams, server } = await start(context);
  let finish = () => undefined as undefined;
  const started = new Promise<void>((resolve) => {
    streams.admit = async () => {
      resolve();
      await new Promise<void>((done) => {
        finish = () => done() as undefined;
      });
      return 1;
    };
  });
  const answer = post(port, INGEST, { body: "x" });
  await started;
  const closed = server.close(10_000);
  finish();
  assert.deepEqual([(await answer).status, (await answer).headers.get("connection")], [200, "close"]);
  await closed;
  await assert.rejects(post(port, INGEST, { body: "x" }));
});
