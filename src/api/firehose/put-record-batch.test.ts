import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeStreams } from "../../../test/fakes/fake-streams.ts";
import { LogError } from "../../log/log-error.ts";
import { systemClock } from "../../std/clock.ts";
import { StreamError } from "../../streams/stream-error.ts";
import { silentTelemetry } from "../../telemetry/telemetry.ts";
import { Authenticator } from "../protocol/authenticator.ts";
import type { HttpAnswer, Route } from "../protocol/http.ts";
import { jsonProtocol } from "../protocol/json-protocol.ts";
import type { PutLimits } from "./put/put-limits.ts";
import { putRecord } from "./put-record.ts";
import { putRecordBatch } from "./put-record-batch.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");

function setUp(limits?: PutLimits): { streams: FakeStreams; send: (...args: SendArguments) => Promise<Answer> } {
  const streams = new FakeStreams();
  streams.add("s");
  const dependencies = { streams, ...(limits && { limits }) };
  const route = jsonProtocol({
    operations: [putRecord(dependencies), putRecordBatch(dependencies)],
    authenticator: new Authenticator({ clock: systemClock }),
    telemetry: silentTelemetry,
    clock: systemClock,
  });
  return { streams, send: (...args) => send(route, ...args) };
}

type SendArguments = [operation: string, body: unknown, headers?: Record<string, string>];

interface Answer {
  readonly status: number;
  readonly headers: HttpAnswer["headers"];
  readonly body: Record<string, unknown>;
}

async function send(route: Route, operation: string, body: unknown, headers: Record<string, string> = {}) {
  const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  const answer = await route.handle({
    id: "request-1",
    address: "127.0.0.1",
    method: "POST",
    path: "/",
    query: "",
    headers: { "x-amz-target": `Firehose_20150804.${operation}`, ...headers },
    stream: () => assert.fail("whole bodies only"),
    body: async () => bytes,
    signal: new AbortController().signal,
  });
  return { status: answer.status, headers: answer.headers, body: JSON.parse(String(answer.body)) };
}

const batch = (...texts: string[]) => ({
  DeliveryStreamName: "s",
  Records: texts.map((text) => ({ Data: base64(text) })),
});

const errorOf = ({ status, body }: Answer) => [status, body.__type, body.message];

test("PutRecordBatch answers every record, in order, with ids of its own", async () => {
  const { streams, send } = setUp();
  const first = await send("PutRecordBatch", batch("a", "", "c"));
  const second = await send("PutRecordBatch", batch("d"));
  assert.deepEqual([first.status, first.body.FailedPutCount, first.body.Encrypted], [200, 0, false]);
  const responses = [first, second].flatMap((one) => one.body.RequestResponses as { RecordId: string }[]);
  const ids = responses.map((one) => one.RecordId);
  assert.equal(new Set(ids).size, 4);
  for (const id of ids) assert.match(id, /^[A-Za-z0-9]{96}$/);
  assert.deepEqual(streams.texts, ["a", "", "c", "d"]);
  assert.equal(first.headers["x-amzn-RequestId"], "request-1");
});

test("PutRecordBatch answers refused records in their places", async () => {
  const { streams, send } = setUp();
  streams.admit = () => 1;
  const { status, body } = await send("PutRecordBatch", batch("a", "b"));
  assert.deepEqual([status, body.FailedPutCount], [200, 1]);
  const [good, bad] = body.RequestResponses as object[];
  assert.deepEqual(Object.keys(good ?? {}), ["RecordId"]);
  assert.deepEqual(bad, { ErrorCode: "ServiceUnavailableException", ErrorMessage: "Slow down." });
});

test("PutRecordBatch gives the id that PutRecord gives for the same offset", async () => {
  const one = setUp();
  const other = setUp();
  const { RecordId } = (await one.send("PutRecord", { DeliveryStreamName: "s", Record: { Data: "" } })).body;
  assert.deepEqual((await other.send("PutRecordBatch", batch("a"))).body.RequestResponses, [{ RecordId }]);
});

test("PutRecordBatch refuses what breaks its shape in AWS's words", async () => {
  const { send } = setUp();
  const detected =
    "1 validation error detected: Value at 'records' failed to satisfy constraint: Member must have length";
  const many = batch(...Array.from({ length: 501 }, () => "x"));
  assert.deepEqual(errorOf(await send("PutRecordBatch", many)), [
    400,
    "ValidationException",
    `${detected} less than or equal to 500`,
  ]);
  assert.deepEqual(errorOf(await send("PutRecordBatch", batch())), [
    400,
    "ValidationException",
    `${detected} greater than or equal to 1`,
  ]);
  assert.deepEqual(errorOf(await send("PutRecordBatch", batch("a", "x".repeat(1_024_001)))), [
    400,
    "ValidationException",
    "1 validation error detected: Value at 'records.2.member.data' failed to satisfy constraint: Member must have length less than or equal to 1024000",
  ]);
  assert.equal((await send("PutRecordBatch", "{")).body.__type, "SerializationException");
  assert.equal((await send("PutRecordBatch", "[1]")).body.__type, "SerializationException");
});

test("PutRecordBatch accepts exactly 4 MiB and refuses one byte more", async () => {
  const { send } = setUp();
  const part = "x".repeat(1_024_000);
  const rest = 4 * 1024 * 1024 - 4 * 1_024_000;
  assert.equal((await send("PutRecordBatch", batch(part, part, part, part, "x".repeat(rest)))).status, 200);
  const over = await send("PutRecordBatch", batch(part, part, part, part, "x".repeat(rest + 1)));
  assert.deepEqual(errorOf(over), [400, "InvalidArgumentException", "Records size exceeds 4 MB limit"]);
});

test("PutRecord carries records up to a lifted limit", async () => {
  const { streams, send } = setUp({ recordBytes: 5_000_000, batchBytes: 1000, batchRecords: 500 });
  const record = { DeliveryStreamName: "s", Record: { Data: base64("x".repeat(5_000_000)) } };
  assert.equal((await send("PutRecord", record)).status, 200);
  assert.equal(streams.texts[0]?.length, 5_000_000);
});

test("Put operations name the stream that is not there, not active, or fed by another source", async () => {
  const { streams, send } = setUp();
  streams.add("creating", { status: "CREATING" });
  streams.add("kinesis", { type: "KinesisStreamAsSource" });
  const put = async (name: string) => {
    const answer = await send("PutRecord", { DeliveryStreamName: name, Record: { Data: "" } });
    assert.equal(answer.headers["x-amzn-ErrorType"], answer.body.__type);
    return errorOf(answer);
  };
  assert.deepEqual(await put("absent"), [
    400,
    "ResourceNotFoundException",
    "Firehose absent under account 000000000000 not found.",
  ]);
  assert.deepEqual(await put("creating"), [
    400,
    "ResourceNotFoundException",
    "Firehose creating is not active in 000000000000 account.",
  ]);
  assert.deepEqual(await put("kinesis"), [
    400,
    "InvalidArgumentException",
    "This operation is not permitted on KinesisStreamAsSource delivery stream type.",
  ]);
});

test("Put operations tell producers to slow down, and tell nobody of faults inside", async () => {
  const { streams, send } = setUp();
  const failWith = (error: Error) => {
    streams.admit = () => {
      throw error;
    };
  };
  failWith(new StreamError("slow-down", "budget"));
  assert.deepEqual(errorOf(await send("PutRecordBatch", batch("a"))), [
    500,
    "ServiceUnavailableException",
    "Slow down.",
  ]);
  failWith(new LogError("append-failed", "/secret/path"));
  assert.deepEqual(errorOf(await send("PutRecordBatch", batch("a"))), [
    500,
    "ServiceUnavailableException",
    "Slow down.",
  ]);
  failWith(new TypeError("secret"));
  const [status, code, message] = errorOf(await send("PutRecordBatch", batch("a")));
  assert.deepEqual([status, code], [500, "InternalFailure"]);
  assert.doesNotMatch(String(message), /secret/);
});

test("Put operations derive one retry key from caller, stream, operation, invocation and body", async () => {
  const { streams, send } = setUp();
  const id = { "amz-sdk-invocation-id": "i1" };
  await send("PutRecordBatch", batch("a"), id);
  await send("PutRecordBatch", batch("a"), { ...id, "amz-sdk-request": "attempt=2; max=3" });
  await send("PutRecordBatch", batch("b"), id);
  await send("PutRecordBatch", batch("a"), { "amz-sdk-invocation-id": "i2" });
  await send("PutRecordBatch", batch("a"), {
    ...id,
    authorization: "AWS4-HMAC-SHA256 Credential=AK/20260101/us-east-1/firehose/aws4_request",
  });
  await send("PutRecordBatch", batch("a"));
  const [first, again, body, invocation, principal, none] = streams.calls.map((call) => call.retryKey);
  assert.equal(first, again);
  assert.equal(new Set([first, body, invocation, principal]).size, 4);
  assert.equal(none, undefined);
});
